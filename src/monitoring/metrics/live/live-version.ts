import type { AnsweredRequest } from '../../../inference/index.js';
import type { VersionName } from '../tallies/deployment-tally.js';
import { DURATIONS, Tally, type DurationName } from '../tallies/tally.js';
import { AnswerBuffer, COLUMN } from './answer-buffer.js';
import { Totals, type TimedPhase } from './totals.js';

const TIMED: readonly (TimedPhase & DurationName)[] = [
  'latency',
  'queue',
  'preprocess',
  'run',
  'postprocess',
];
const PLACES = TIMED.map((name) => ({ name, place: DURATIONS.indexOf(name), column: COLUMN[name] }));

/** What is asked of one version of a deployment: in the second that runs, and since the start. */
export class LiveVersion {
  /** When it was last asked. */
  second = 0;
  private running = new Tally();
  private readonly sums = new Totals();
  private readonly waiting = new AnswerBuffer();

  constructor(readonly version: VersionName | null) {}

  /** Of the second that runs. */
  get tally(): Tally {
    this.count();
    return this.running;
  }

  /** Since the start. */
  get totals(): Totals {
    this.count();
    return this.sums;
  }

  /** On the request's own time. */
  answered(outcome: AnsweredRequest): void {
    if (this.waiting.isFull) this.count();
    this.waiting.push(outcome);
  }

  failed(code: string): void {
    this.running.failed(code);
    this.sums.failed(code);
  }

  /** A duration that is no request's. */
  measured(place: number, ms: number): void {
    this.running.measured(place, ms);
  }

  /** Ends the second. @returns what happened in it; null for nothing */
  takeTally(): Tally | null {
    const { tally } = this;
    if (tally.isEmpty) return null;
    this.running = new Tally();
    return tally;
  }

  /** Counts the answers that wait for it. */
  private count(): void {
    const { waiting, running, sums } = this;
    const { length } = waiting;
    if (length === 0) return;
    for (const { name, place, column } of PLACES)
      for (let answer = 0; answer < length; answer += 1) {
        const ms = waiting.at(answer, column);
        if (Number.isNaN(ms)) continue;
        running.measured(place, ms);
        sums.measured(name, ms);
      }
    for (let answer = 0; answer < length; answer += 1) {
      const rows = waiting.at(answer, COLUMN.rows);
      const isCacheHit = waiting.at(answer, COLUMN.cacheHit) === 1;
      running.answered(rows, isCacheHit);
      sums.answered(rows, isCacheHit);
      const batchRows = waiting.at(answer, COLUMN.batchRows);
      if (isCacheHit || batchRows === 0) continue;
      const share = waiting.at(answer, COLUMN.executions);
      running.ran(batchRows, share);
      sums.ran(batchRows, share);
    }
    waiting.clear();
  }
}
