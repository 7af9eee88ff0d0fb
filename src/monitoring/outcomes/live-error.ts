import type { Pair } from './compare-outcome.js';

/** How far predictions are from what was measured; null without any. */
export interface ErrorSummary {
  readonly count: number;
  /** The mean of predicted − measured. */
  readonly bias: number | null;
  /** The mean of |predicted − measured|. */
  readonly mae: number | null;
  /** The root of the mean of (predicted − measured)². */
  readonly rmse: number | null;
  /** Of the intervals that were given; null where none was. */
  readonly coverage: IntervalCoverage | null;
}

/** How often the truth lay in the interval that was given. */
export interface IntervalCoverage {
  /** Predictions that had one. */
  readonly count: number;
  readonly covered: number;
  /** The share that lay within. */
  readonly share: number;
  /** The share that was promised: the mean of the levels. */
  readonly level: number;
}

export interface ErrorPoint extends Pair {
  readonly predictionId: string;
  readonly versionId: string;
  /** When it was measured. */
  readonly at: Date;
}

export interface ErrorOfDay extends ErrorSummary {
  /** Its first instant, UTC. */
  readonly at: Date;
}

export interface ErrorOfVersion extends ErrorSummary {
  readonly versionId: string;
}

const DAY_MS = 86_400_000;

export function summaryOf(pairs: readonly Omit<Pair, 'result'>[]): ErrorSummary {
  const count = pairs.length;
  if (count === 0) return { count, bias: null, mae: null, rmse: null, coverage: null };
  let [sum, absolute, squares] = [0, 0, 0];
  for (const { predicted, measured } of pairs) {
    const error = predicted - measured;
    sum += error;
    absolute += Math.abs(error);
    squares += error * error;
  }
  return {
    count,
    bias: sum / count,
    mae: absolute / count,
    rmse: Math.sqrt(squares / count),
    coverage: coverageOf(pairs),
  };
}

function coverageOf(pairs: readonly Omit<Pair, 'result'>[]): IntervalCoverage | null {
  let [count, covered, levels] = [0, 0, 0];
  for (const { measured, interval } of pairs) {
    if (interval === undefined) continue;
    count += 1;
    levels += interval.level;
    if (measured >= (interval.low ?? -Infinity) && measured <= (interval.high ?? Infinity)) covered += 1;
  }
  return count === 0 ? null : { count, covered, share: covered / count, level: levels / count };
}

/** By the day of the measurement, the earliest first; days without one are left out. */
export function daysOf(points: readonly ErrorPoint[]): ErrorOfDay[] {
  const byDay = new Map<number, ErrorPoint[]>();
  for (const point of points) {
    const day = Math.floor(point.at.getTime() / DAY_MS) * DAY_MS;
    const known = byDay.get(day);
    if (known) known.push(point);
    else byDay.set(day, [point]);
  }
  return [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, some]) => ({ at: new Date(day), ...summaryOf(some) }));
}

/** At most so many, evenly spread, with the first and the last. */
export function thinned<Point>(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from(
    { length: most },
    (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))],
  ).filter((point) => point !== undefined);
}
