import type { VersionRecord } from '../../catalog/index.js';
import { decodeTensor, requiredInputs, rowsOf, type RawTensor, type Tensor } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { instanceForm, type Pipeline, parsePipeline } from '../../pipelines/index.js';
import { describeInstances, generatedInstances } from './generated-instances.js';
import { generatedTensors } from './generated-tensors.js';
import type { Elements } from '../row-answers.js';

/** At most one of the two; without any, generated rows. */
export interface MadeSampleRequest {
  readonly instances?: readonly unknown[] | null | undefined;
  readonly inputs?: readonly RawTensor[] | null | undefined;
  readonly generated?:
    | { readonly rows?: number | null | undefined; readonly seed?: number | null | undefined }
    | null
    | undefined;
}

/** Consecutive rows that come from one place. */
export interface SamplePart {
  /** What it is, in words. */
  readonly origin: string;
  readonly firstRow: number;
  readonly rows: number;
  /** What each of the rows is expected to be answered, by the name of the output; null when nobody says. */
  readonly expected: readonly ReadonlyMap<string, Elements>[] | null;
}

interface SampleOrigin {
  readonly source: 'GIVEN' | 'GENERATED' | 'EXAMPLES' | 'RECORDED';
  readonly rows: number;
  /** Of generated ones. */
  readonly seed: number | null;
  /** What it is, in words. */
  readonly description: string;
  /** Where the rows come from, in their order; none where the source says it all. */
  readonly parts: readonly SamplePart[];
}

/** Tensors that are sent together. */
export interface TensorRequest {
  readonly inputs: readonly Tensor[];
  /** As many as the first dimension of every input; 1 where rows cannot be told apart. */
  readonly rows: number;
}

/** Rows both versions are asked about. */
export type Sample = SampleOrigin &
  (
    | {
        readonly form: 'INSTANCES';
        readonly instances: readonly unknown[];
        readonly pipelines: { readonly base: Pipeline; readonly target: Pipeline };
      }
    | {
        readonly form: 'TENSORS';
        readonly requests: readonly TensorRequest[];
      }
  );

export const MAX_SAMPLE_ROWS = 1_000;
const GENERATED_ROWS = 48;
const MAX_SEED = 2 ** 32 - 1;
const FIELD = ['sample'];

/**
 * @throws DomainError INVALID_ARGUMENT for no rows, too many, or a seed out of range; NO_PIPELINE for instances where a
 * version takes tensors only; INVALID_TENSOR
 */
export function makeSample(
  request: MadeSampleRequest | null | undefined,
  base: VersionRecord,
  target: VersionRecord,
): Sample {
  if (request?.instances) return givenInstances(request.instances, base, target);
  if (request?.inputs) return givenTensors(request.inputs, base, target);
  return generated(request?.generated ?? {}, base, target);
}

function givenInstances(instances: readonly unknown[], base: VersionRecord, target: VersionRecord): Sample {
  const rows = instances.length;
  checkRows(rows, [...FIELD, 'instances']);
  const pipelines = { base: requirePipeline(base), target: requirePipeline(target) };
  return {
    form: 'INSTANCES',
    source: 'GIVEN',
    rows,
    seed: null,
    description: 'The instances given',
    parts: [],
    instances,
    pipelines,
  };
}

function givenTensors(raw: readonly RawTensor[], base: VersionRecord, target: VersionRecord): Sample {
  const field = [...FIELD, 'inputs'];
  if (raw.length === 0)
    throw new DomainError('INVALID_ARGUMENT', 'Expected the tensors of at least one input, got none.', {
      field,
    });
  const inputs = raw.map((tensor, index) => decodeTensor(tensor, [...field, String(index)]));
  const request = tensorRequest(inputs, base, target);
  const { rows } = request;
  checkRows(rows, field);
  return {
    form: 'TENSORS',
    source: 'GIVEN',
    rows,
    seed: null,
    description: 'The tensors given',
    parts: [],
    requests: [request],
  };
}

function generated(
  options: NonNullable<MadeSampleRequest['generated']>,
  base: VersionRecord,
  target: VersionRecord,
): Sample {
  const [wanted, seed] = [options.rows ?? GENERATED_ROWS, options.seed ?? 1];
  const field = [...FIELD, 'generated'];
  checkRows(wanted, [...field, 'rows']);
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED)
    throw new DomainError('INVALID_ARGUMENT', `Expected a seed from 0 to ${MAX_SEED}, got ${seed}.`, {
      field: [...field, 'seed'],
    });
  const pipelines = { base: pipelineOf(base), target: pipelineOf(target) };
  const origin = { source: 'GENERATED', seed, parts: [] } as const;
  const instances =
    pipelines.base && pipelines.target && instanceForm(pipelines.base) === instanceForm(pipelines.target)
      ? generatedInstances(pipelines.base, wanted, seed)
      : null;
  if (instances !== null && pipelines.base && pipelines.target) {
    const rows = instances.length;
    return {
      form: 'INSTANCES',
      ...origin,
      rows,
      description: `Made up: ${describeInstances(pipelines.base, rows)}`,
      instances,
      pipelines: { base: pipelines.base, target: pipelines.target },
    };
  }
  const request = tensorRequest(generatedTensors(base.signature, wanted, seed), base, target);
  return {
    form: 'TENSORS',
    ...origin,
    rows: request.rows,
    description: `Made up: random numbers in the form of the inputs of ${base.ref}`,
    requests: [request],
  };
}

/** Rows can be told apart where the tensors share a first dimension that varies in all either version declares. */
export function tensorRequest(
  inputs: readonly Tensor[],
  ...versions: readonly VersionRecord[]
): TensorRequest {
  const varies = versions.some(({ signature }) =>
    [...requiredInputs(signature), ...signature.outputs].every(({ shape }) => shape[0] === -1),
  );
  return { inputs, rows: (varies ? rowsOf(inputs) : null) ?? 1 };
}

/** One row of it, as a sample of its own. */
export function rowOfSample(sample: Sample, row: number): Sample {
  if (sample.form === 'INSTANCES')
    return { ...sample, rows: 1, parts: [], instances: sample.instances.slice(row, row + 1) };
  let before = 0;
  for (const { inputs, rows } of sample.requests) {
    if (row < before + rows) {
      const own = rows === 1 ? inputs : inputs.map((tensor) => rowOf(tensor, rows, row - before));
      return { ...sample, rows: 1, parts: [], requests: [{ inputs: own, rows: 1 }] };
    }
    before += rows;
  }
  throw new RangeError(`A sample of ${sample.rows} rows has no row ${row}`);
}

/** Where a row comes from. */
export function partOfSample(sample: Sample, row: number): SamplePart | null {
  return sample.parts.find(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows) ?? null;
}

/** One row as a tensor of its own. */
export function rowOf({ name, datatype, shape, data }: Tensor, rows: number, row: number): Tensor {
  const size = data.length / rows;
  return { name, datatype, shape: [1, ...shape.slice(1)], data: data.slice(row * size, (row + 1) * size) };
}

export function checkRows(rows: number, field: readonly string[]): void {
  if (Number.isInteger(rows) && rows >= 1 && rows <= MAX_SAMPLE_ROWS) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected 1 to ${MAX_SAMPLE_ROWS} rows in a sample, got ${rows}.`,
    { field },
  );
}

export function pipelineOf(version: VersionRecord): Pipeline | null {
  return version.pipeline === null ? null : parsePipeline(version.pipeline, version.signature);
}

function requirePipeline(version: VersionRecord): Pipeline {
  const pipeline = pipelineOf(version);
  if (pipeline) return pipeline;
  throw new DomainError(
    'NO_PIPELINE',
    `${version.ref} has no pipeline, so it takes tensors only. Give the sample as inputs.`,
    { field: [...FIELD, 'instances'] },
  );
}
