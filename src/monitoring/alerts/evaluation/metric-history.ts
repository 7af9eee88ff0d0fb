import type { WindowMetrics } from './metric-source.js';

/** Durations that add up. */
export interface Latencies {
  quantile(q: number): number | null;
  shareWithin(ms: number): number | null;
}

/** What was measured of a deployment in a stretch of time. Times in milliseconds. */
export interface HistoryPart {
  /** Since 1970. */
  readonly start: number;
  readonly lengthMs: number;
  readonly requests: number;
  readonly errors: number;
  readonly ownErrors: number;
  readonly cacheHits: number;
  readonly queueDepth: number | null;
  readonly memoryBytes: number | null;
}

/** What is stored of a deployment, in order and without overlaps; where there is no part, nothing happened. */
export interface MetricHistory<Part extends HistoryPart = HistoryPart> {
  readonly parts: readonly Part[];
  /** Before that, nothing is known. Milliseconds since 1970. */
  readonly knownSince: number;
  /** The longest part there can be. */
  readonly resolutionMs: number;
  latencies(parts: readonly Part[]): Latencies;
}

/** Answers for windows of the past in time that does not grow with what they hold, as long as only counts are asked for. */
export class HistoryWindows<Part extends HistoryPart> {
  private readonly ends: Float64Array;
  private readonly sums: Record<'requests' | 'errors' | 'ownErrors' | 'cacheHits', Float64Array>;

  constructor(private readonly history: MetricHistory<Part>) {
    const { parts } = history;
    this.ends = Float64Array.from(parts, ({ start, lengthMs }) => start + lengthMs);
    this.sums = {
      requests: summed(parts.map(({ requests }) => requests)),
      errors: summed(parts.map(({ errors }) => errors)),
      ownErrors: summed(parts.map((part) => part.ownErrors)),
      cacheHits: summed(parts.map(({ cacheHits }) => cacheHits)),
    };
  }

  /** Undefined when it begins before anything is known. */
  window(windowMs: number, until: number): WindowMetrics | undefined {
    if (until - windowMs < this.history.knownSince) return undefined;
    const from = after(this.ends, until - windowMs);
    const to = after(this.ends, until);
    const count = (name: keyof typeof this.sums) => (this.sums[name][to] ?? 0) - (this.sums[name][from] ?? 0);
    const last = to > from ? this.history.parts[to - 1] : undefined;
    let latencies: Latencies | null = null;
    const merged = () => (latencies ??= this.history.latencies(this.history.parts.slice(from, to)));
    return {
      requests: count('requests'),
      errors: count('errors'),
      ownErrors: count('ownErrors'),
      cacheHits: count('cacheHits'),
      isComplete: true,
      seconds: windowMs / 1_000,
      queueDepth: last?.queueDepth ?? null,
      memoryBytes: last?.memoryBytes ?? null,
      latency: (q) => merged().quantile(q),
      shareWithin: (ms) => merged().shareWithin(ms),
    };
  }

  /** The end of the last part with requests until then; null without any. */
  lastRequestAt(until: number): number | null {
    for (let place = after(this.ends, until) - 1; place >= 0; place -= 1) {
      const part = this.history.parts[place];
      if (part && part.requests > 0) return part.start + part.lengthMs;
    }
    return null;
  }
}

/** At i, the sum of the first i. */
function summed(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (const [place, value] of values.entries()) sums[place + 1] = (sums[place] ?? 0) + value;
  return sums;
}

/** How many ends lie at or before `time`. */
function after(ends: Float64Array, time: number): number {
  let from = 0;
  let to = ends.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ends[middle] ?? Infinity) <= time) from = middle + 1;
    else to = middle;
  }
  return from;
}
