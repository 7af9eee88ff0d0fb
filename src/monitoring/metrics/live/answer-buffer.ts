import type { AnsweredRequest } from '../../../inference/index.js';

/** Numbers of one answer. */
const WIDTH = 9;
const FIRST_ANSWERS = 16;
/** Beyond it they are counted: reading them back takes as long then as a request may be held up by. */
const MAX_ANSWERS = 256;

/** Where the numbers of an answer stand in it. */
export const COLUMN = {
  latency: 0,
  queue: 1,
  /** NaN, as `run` and `postprocess`, for an answer that was remembered. */
  preprocess: 2,
  run: 3,
  postprocess: 4,
  rows: 5,
  batchRows: 6,
  executions: 7,
  /** 1 or 0. */
  cacheHit: 8,
} as const;

/**
 * Answers whose numbers are kept until there are enough to count them together: one after the other, with the code and
 * the counts at hand, they cost a fraction of what each costs between other work.
 */
export class AnswerBuffer {
  private values = new Float64Array(FIRST_ANSWERS * WIDTH);
  private used = 0;

  /** Of answers. */
  get length(): number {
    return this.used / WIDTH;
  }

  /** Whether the next one has no place until the buffer is cleared. */
  get isFull(): boolean {
    return this.used === MAX_ANSWERS * WIDTH;
  }

  push({ totalMs, phases, cacheHit, rows, batchRows, executions }: AnsweredRequest): void {
    if (this.used === this.values.length) this.grow();
    const { values, used } = this;
    values[used] = totalMs;
    values[used + 1] = phases.queueMs;
    values[used + 2] = cacheHit ? NaN : phases.preprocessMs;
    values[used + 3] = cacheHit ? NaN : phases.runMs;
    values[used + 4] = cacheHit ? NaN : phases.postprocessMs;
    values[used + 5] = rows;
    values[used + 6] = batchRows;
    values[used + 7] = executions;
    values[used + 8] = cacheHit ? 1 : 0;
    this.used = used + WIDTH;
  }

  /** One number of one answer. */
  at(answer: number, column: number): number {
    return this.values[answer * WIDTH + column] ?? NaN;
  }

  clear(): void {
    this.used = 0;
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.values.length);
    larger.set(this.values);
    this.values = larger;
  }
}
