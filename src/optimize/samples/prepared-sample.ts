import type { InstanceReader, Pipeline, PreparedBatch } from '../../pipelines/index.js';
import { joinRows, rowsOf, type Tensor } from '../../tensors/index.js';
import type { SampleRow } from './sample-rows.js';

/** Rows that were read into the graph's tensors, each with its target. */
export class PreparedSample {
  private constructor(
    private readonly batch: PreparedBatch,
    /** In the order of the tensors. */
    readonly targets: readonly SampleRow['target'][],
    /** Whether rows may lie in one tensor, one after the other. */
    readonly isStacked: boolean,
  ) {}

  /** Rows that the pipeline refuses are left out. */
  static async of(
    reader: InstanceReader,
    pipeline: Pipeline,
    rows: readonly SampleRow[],
    signal: AbortSignal,
  ): Promise<PreparedSample> {
    const batch = await reader.prepare(
      pipeline,
      rows.map(({ instance }) => instance),
      { signal },
    );
    const targets = Array.from({ length: batch.rows }, (_, row) => rows[batch.placeOf(row)]?.target ?? null);
    return new PreparedSample(batch, targets, batch.isStacked);
  }

  get rows(): number {
    return this.batch.rows;
  }

  /** Tensors of one run, for the caller to keep: rows `from` to before `to`, more than one only where `isStacked`. */
  tensors(from: number, to: number): Tensor[] {
    return this.batch.tensors(from, to).map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  }

  /** So many rows in one run; the first again where there are too few. Null where rows cannot share one. */
  repeated(count: number): Tensor[] | null {
    if (!this.isStacked || this.rows === 0) return null;
    const parts: Tensor[][] = [];
    for (let left = count; left > 0; left -= Math.min(left, this.rows))
      parts.push(this.tensors(0, Math.min(left, this.rows)));
    const joined = parts.length === 1 ? (parts[0] ?? []) : joinRows(parts);
    return rowsOf(joined) === count ? joined : null;
  }
}
