import {
  attachedRows,
  isFault,
  isOfLabels,
  targetResult,
  type AttachedRow,
  type AttachmentRecord,
} from '../../catalog/index.js';
import type { ArtifactStore } from '../../artifacts/index.js';
import { isUnreadable, openRows, textRows } from '../../datafiles/index.js';
import { runsStacked, type InstanceReader, type Pipeline } from '../../pipelines/index.js';
import { answersOf } from '../../predictions/index.js';
import type { MeasuredGraph } from '../measuring/measured-graph.js';
import { PreparedSample } from '../samples/prepared-sample.js';

export interface Recalibration {
  readonly artifacts: Pick<ArtifactStore, 'verified' | 'put'>;
  readonly instances: InstanceReader;
  readonly pipeline: Pipeline;
  readonly original: MeasuredGraph;
  readonly optimized: MeasuredGraph;
  readonly signal: AbortSignal;
}

/**
 * CALIBRATION data as it holds for an optimised graph. Where the file says what was predicted of rows that the original had not
 * seen, each of these is shifted by how far the optimised graph answers from the original on that row: what would have been
 * predicted of it. Without such a column the graph is asked when it is loaded, and nothing has to be changed.
 *
 * @returns the attachment with the digest of the new file; null where it stays as it is: of labels, of results that are no
 * single number, and of formats without columns of text
 * @throws DomainError what running a graph and storing a file throw; the signal's reason
 */
export async function recalibrated(
  attachment: AttachmentRecord,
  parts: Recalibration,
): Promise<AttachmentRecord | null> {
  const { artifacts, pipeline, signal } = parts;
  const { format, predicted } = attachment;
  if (attachment.role !== 'CALIBRATION' || predicted === null || isOfLabels(attachment, pipeline))
    return null;
  if (format !== 'CSV' && format !== 'TSV' && format !== 'JSONL') return null;
  const result = targetResult(attachment, pipeline);
  if (!Object.hasOwn(pipeline.result, result)) return null;
  const path = await artifacts.verified(attachment.digest, signal);
  const shifted = await shiftedPredictions(attachment, path, result, parts);
  if (shifted === null) return null;
  const { digest } = await artifacts.put(rewritten(path, { format, predicted }, shifted, signal), { signal });
  return { ...attachment, digest };
}

/** By line: what would have been predicted. Null where a result is no number. */
async function shiftedPredictions(
  attachment: AttachmentRecord,
  path: string,
  result: string,
  { instances, optimized, original, pipeline, signal }: Recalibration,
): Promise<ReadonlyMap<number, number> | null> {
  const shifted = new Map<number, number>();
  const stacked = runsStacked(pipeline);
  const numbers = async (graph: MeasuredGraph, sample: PreparedSample) =>
    (await graph.answers(sample))
      .flatMap(({ outputs, rows }) => answersOf(pipeline, outputs, rows, stacked))
      .map((answer) =>
        'error' in answer ? null : answer.results.find(({ name }) => name === result)?.value,
      );
  for await (const some of attachedRows({ path, attachment, pipeline, field: [], labels: false, signal })) {
    const rows = some.filter((row): row is AttachedRow => !isFault(row));
    // The target carries the place of the row through what is read.
    const sample = await PreparedSample.of(
      instances,
      pipeline,
      rows.map(({ instance }, place) => ({ instance, target: place })),
      signal,
    );
    const [before, after] = [await numbers(original, sample), await numbers(optimized, sample)];
    for (const [place, target] of sample.targets.entries()) {
      const [one, other] = [before[place], after[place]];
      const row = rows[Number(target)];
      if (row === undefined || row.predicted === null || one === null || other === null) continue;
      if (typeof one !== 'number' || typeof other !== 'number') return null;
      shifted.set(row.line, row.predicted + other - one);
    }
  }
  return shifted;
}

/** The file with other numbers in one column; rows without one are left as they are. */
async function* rewritten(
  path: string,
  { format, predicted }: { readonly format: 'CSV' | 'TSV' | 'JSONL'; readonly predicted: string },
  shifted: ReadonlyMap<number, number>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const rows = openRows(path, { format, signal });
  const { columns } = await rows.describe();
  const text = textRows(format, columns ?? []);
  yield Buffer.from(text.header);
  for await (const some of rows.batches())
    yield Buffer.from(
      some
        .flatMap((row) => {
          if (isUnreadable(row)) return [];
          const value = shifted.get(row.line);
          return [
            text.row(value === undefined ? row.row : { ...row.row, [columnOf(row.row, predicted)]: value }),
          ];
        })
        .join(''),
    );
}

/** Names are matched without regard to case. */
function columnOf(row: Readonly<Record<string, unknown>>, name: string): string {
  return Object.keys(row).find((column) => column.toLowerCase() === name.toLowerCase()) ?? name;
}
