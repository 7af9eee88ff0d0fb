import type { VersionRecord } from '../../catalog/index.js';
import type { Tensor } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { elementsOfValue, rowsOfOutputs, type Elements } from '../row-answers.js';
import {
  MAX_SAMPLE_ROWS,
  pipelineOf,
  tensorRequest,
  type Sample,
  type SamplePart,
  type TensorRequest,
} from './sample.js';
import type { JsonValue } from '../../pipelines/index.js';

/** Something that was kept to be asked again. */
export type StoredRequest = {
  /** Where it comes from, in words. */
  readonly origin: string;
} & (
  | {
      readonly form: 'INSTANCES';
      readonly instances: readonly unknown[];
      /** What a single instance is expected to be answered, by the version's pipeline; null when nothing is. */
      readonly expected: { readonly value: JsonValue; readonly results: readonly string[] } | null;
    }
  | { readonly form: 'TENSORS'; readonly inputs: readonly Tensor[]; readonly expected: readonly Tensor[] }
);

/**
 * The rows of stored requests, in their order, as far as they fit a sample: instances where both versions take such and
 * there are some, else tensors. What is in the other form is left out, and the description says so.
 *
 * @throws DomainError NO_PIPELINE when there are instances only and a version takes none; INVALID_ARGUMENT when each has
 * more rows than a sample
 */
export function storedSample(
  source: 'EXAMPLES' | 'RECORDED',
  description: string,
  stored: readonly StoredRequest[],
  base: VersionRecord,
  target: VersionRecord,
): Sample {
  const pipelines = { base: pipelineOf(base), target: pipelineOf(target) };
  const instances = stored.filter((request) => request.form === 'INSTANCES');
  const tensors = stored.filter((request) => request.form === 'TENSORS');
  if (pipelines.base && pipelines.target && instances.length > 0) {
    const { kept, parts, rows } = fitting(
      instances.map((request) => ({
        origin: request.origin,
        rows: request.instances.length,
        expected: expectedValue(request),
        content: request.instances,
      })),
    );
    return {
      form: 'INSTANCES',
      source,
      seed: null,
      rows,
      parts,
      description: description + leftOut(instances.length - kept.length, tensors.length, 'tensors'),
      instances: kept.flat(),
      pipelines: { base: pipelines.base, target: pipelines.target },
    };
  }
  if (tensors.length === 0) throw needsPipelines(pipelines.base ? target : base, source);
  const { kept, parts, rows } = fitting(
    tensors.map((request) => {
      const content = tensorRequest(request.inputs, base, target);
      return {
        origin: request.origin,
        rows: content.rows,
        expected: expectedRows(request.expected, content),
        content,
      };
    }),
  );
  return {
    form: 'TENSORS',
    source,
    seed: null,
    rows,
    parts,
    description: description + leftOut(tensors.length - kept.length, instances.length, 'instances'),
    requests: kept,
  };
}

type Place<Content> = Omit<SamplePart, 'firstRow'> & { readonly content: Content };

/** As many whole requests, from the first, as a sample has room for. */
function fitting<Content>(places: readonly Place<Content>[]): {
  kept: Content[];
  parts: SamplePart[];
  rows: number;
} {
  const kept: Content[] = [];
  const parts: SamplePart[] = [];
  let firstRow = 0;
  for (const { content, origin, rows, expected } of places) {
    if (firstRow + rows > MAX_SAMPLE_ROWS) continue;
    kept.push(content);
    parts.push({ origin, firstRow, rows, expected });
    firstRow += rows;
  }
  if (firstRow > 0) return { kept, parts, rows: firstRow };
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected at most ${MAX_SAMPLE_ROWS} rows in a sample, got more in each of the ${places.length} requests. Give the sample as instances or inputs.`,
    { field: ['sample'] },
  );
}

function leftOut(tooMany: number, others: number, form: string): string {
  const reasons = [
    ...(tooMany > 0 ? [`${tooMany} beyond ${MAX_SAMPLE_ROWS} rows`] : []),
    ...(others > 0 ? [`${others} that are ${form}`] : []),
  ];
  return reasons.length === 0 ? '' : `, without ${reasons.join(' and ')}`;
}

function expectedValue({
  expected,
}: Extract<StoredRequest, { form: 'INSTANCES' }>): ReadonlyMap<string, Elements>[] | null {
  return expected && [elementsOfValue(expected.value, expected.results)];
}

function expectedRows(
  expected: readonly Tensor[],
  { rows }: TensorRequest,
): ReadonlyMap<string, Elements>[] | null {
  if (expected.length === 0) return null;
  // Null where an output has another first dimension: then it is not told row by row.
  const answers = rowsOfOutputs(expected, rows);
  return answers?.flatMap((answer) => (answer.kind === 'answer' ? [answer.outputs] : [])) ?? null;
}

function needsPipelines({ ref }: VersionRecord, source: 'EXAMPLES' | 'RECORDED'): DomainError {
  const what = source === 'EXAMPLES' ? 'The examples' : 'The recorded requests';
  return new DomainError(
    'NO_PIPELINE',
    `${what} are instances, and ${ref} has no pipeline, so it takes tensors only. Give the sample as inputs.`,
    { field: ['sample'] },
  );
}
