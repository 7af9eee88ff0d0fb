/** What a deployment says about its batches; see BatchingSettings. */
export interface SizingSettings {
  readonly maxBatchSize: number;
  readonly preferredBatchSizes: readonly number[];
  readonly latencyTargetMs: number | null;
}

/** A batch's weight in the estimate falls to a third after this many more. */
const MEMORY = 32;
const DECAY = 1 - 1 / MEMORY;
/** Below this variance of their sizes, batches say nothing about what another size would take. */
const TELLING_VARIANCE = 0.05;

/**
 * The time a batch of n rows takes, as a · n + b, by least squares over recent batches. Of batches that were all of one
 * size it takes time to be proportional to size, which errs on the safe side.
 */
export class RunTimeEstimate {
  private weight = 0;
  private rows = 0;
  private ms = 0;
  private rowsRows = 0;
  private rowsMs = 0;

  observe(rows: number, ms: number): void {
    this.weight = this.weight * DECAY + 1;
    this.rows = this.rows * DECAY + rows;
    this.ms = this.ms * DECAY + ms;
    this.rowsRows = this.rowsRows * DECAY + rows * rows;
    this.rowsMs = this.rowsMs * DECAY + rows * ms;
  }

  /** Null before the first batch. */
  line(): { readonly a: number; readonly b: number } | null {
    const { weight, rows, ms, rowsRows, rowsMs } = this;
    if (weight === 0 || rows === 0) return null;
    const proportional = { a: rowsMs / rowsRows, b: 0 };
    const variance = (rowsRows * weight - rows * rows) / (weight * weight);
    if (variance < TELLING_VARIANCE) return proportional;
    const a = (rowsMs * weight - rows * ms) / (weight * weight) / variance;
    const b = (ms - a * rows) / weight;
    // Neither can be negative; noise makes it look so.
    if (a < 0) return { a: 0, b: ms / weight };
    return b < 0 ? proportional : { a, b };
  }

  /** Milliseconds; 0 before the first batch. */
  of(rows: number): number {
    const line = this.line();
    return line ? line.a * rows + line.b : 0;
  }

  /** The largest number of rows that runs within `ms`; 0 when not even one does. */
  rowsWithin(ms: number): number {
    const line = this.line();
    if (!line) return Infinity;
    if (line.a === 0) return line.b <= ms ? Infinity : 0;
    return Math.max(0, Math.floor((ms - line.b) / line.a));
  }
}

/** How many rows the next batch may have. */
export class BatchSizing {
  readonly estimate = new RunTimeEstimate();
  private readonly preferred: readonly number[];

  constructor(private readonly settings: SizingSettings) {
    this.preferred = settings.preferredBatchSizes
      .filter((size) => size <= settings.maxBatchSize)
      .toSorted((one, other) => one - other);
  }

  /** Rows that need not wait for company any longer. */
  get fullRows(): number {
    return this.preferred[0] ?? this.settings.maxBatchSize;
  }

  /**
   * @param waitingRows that could be taken
   * @param spentMs of the latency target: what the leader has waited and will wait for what runs before it
   */
  limit(waitingRows: number, spentMs: number): number {
    const most = Math.min(this.settings.maxBatchSize, this.withinTarget(spentMs));
    return this.preferred.findLast((size) => size <= most && size <= waitingRows) ?? most;
  }

  /**
   * A leader that has waited too long to be answered in time no longer keeps the batch small: that would only make those
   * behind it wait too long as well. The run alone meets the target then.
   */
  private withinTarget(spentMs: number): number {
    const { latencyTargetMs } = this.settings;
    if (latencyTargetMs === null) return Infinity;
    const beside = this.estimate.rowsWithin(latencyTargetMs - spentMs);
    return Math.max(1, beside >= 1 ? beside : this.estimate.rowsWithin(latencyTargetMs));
  }
}
