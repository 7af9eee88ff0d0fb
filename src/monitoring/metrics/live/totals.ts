import { runPlace } from '../tallies/tally.js';

/** Upper bounds of the buckets of durations, in milliseconds; one more has no bound. */
export const BUCKETS_MS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
];

const BOUNDS = Float64Array.from([...BUCKETS_MS, Infinity]);

/** Exact counts of durations in fixed buckets, which is what Prometheus adds up. */
export class Histogram {
  /** Not cumulative. */
  readonly counts = new Float64Array(BUCKETS_MS.length + 1);
  sumMs = 0;
  count = 0;

  add(ms: number): void {
    if (!(ms < Infinity)) return;
    let place = 0;
    // Beyond the last bound there is nothing to compare with.
    while (ms > (BOUNDS[place] ?? Infinity)) place += 1;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.sumMs += Math.max(0, ms);
    this.count += 1;
  }
}

/** What a request's time is divided into, and the whole of it. */
export type TimedPhase = 'latency' | 'queue' | 'preprocess' | 'run' | 'postprocess';

/** What was asked of one version under one name since the server started: it only grows. */
export class Totals {
  requests = 0;
  rows = 0;
  cacheHits = 0;
  readonly errorsByCode = new Map<string, number>();
  /** As in Tally. */
  readonly runs: number[] = [];
  /** Rows of all runs. */
  ranRows = 0;
  readonly latency = new Histogram();
  readonly queue = new Histogram();
  readonly preprocess = new Histogram();
  readonly run = new Histogram();
  readonly postprocess = new Histogram();

  answered(rows: number, isCacheHit: boolean): void {
    this.requests += 1;
    this.rows += rows;
    if (isCacheHit) this.cacheHits += 1;
  }

  measured(phase: TimedPhase, ms: number): void {
    this[phase].add(ms);
  }

  /** @param share of the run that is the request's */
  ran(batchRows: number, share: number): void {
    const place = runPlace(batchRows);
    while (this.runs.length <= place) this.runs.push(0);
    this.runs[place] = (this.runs[place] ?? 0) + share;
    this.ranRows += batchRows * share;
  }

  failed(code: string): void {
    this.requests += 1;
    this.errorsByCode.set(code, (this.errorsByCode.get(code) ?? 0) + 1);
  }
}
