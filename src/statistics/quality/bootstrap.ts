import { setImmediate as others } from 'node:timers/promises';
import type { Counts } from './ranks.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Replicates of more rows than this cost more than they tell: of so many, and the spread is scaled by √(m/n). */
const MOST_ROWS = 20_000;

/**
 * Percentile intervals of statistics of rows (Efron 1979): rows are drawn with replacement, a thousand times or so, and the
 * statistics taken again. Beyond 20,000 rows as many are drawn, and the interval is drawn in about the estimate by the
 * square root of what the rows are more (Politis & Romano 1994). Others have their turns in between.
 *
 * @param statistics of rows that count as often as they were drawn
 * @returns null for a statistic that fewer than nine replicates in ten have
 */
export async function bootstrapIntervals<Name extends string>(
  rows: number,
  statistics: (counts: Counts) => Readonly<Record<Name, number>>,
  options: {
    readonly estimate: Readonly<Record<Name, number>>;
    readonly random: () => number;
    readonly level?: number;
    readonly replicates?: number;
    readonly signal?: AbortSignal;
  },
): Promise<Record<Name, Interval | null>> {
  const { estimate, random, level = 0.95, replicates = 500, signal } = options;
  const drawn = Math.min(rows, MOST_ROWS);
  const scale = Math.sqrt(drawn / rows);
  const names = Object.keys(estimate) as Name[];
  const samples = new Map(names.map((name) => [name, [] as number[]]));
  for (let replicate = 0; replicate < replicates; replicate++) {
    const counts = new Uint32Array(rows);
    for (let draw = 0; draw < drawn; draw++) {
      const row = Math.floor(random() * rows);
      counts[row] = (counts[row] ?? 0) + 1;
    }
    const found = statistics(counts);
    for (const name of names) {
      const value = found[name];
      if (Number.isFinite(value)) samples.get(name)?.push(estimate[name] + (value - estimate[name]) * scale);
    }
    await others();
    signal?.throwIfAborted();
  }
  return Object.fromEntries(
    names.map((name) => [name, intervalOf(samples.get(name) ?? [], level, replicates)]),
  ) as Record<Name, Interval | null>;
}

function intervalOf(values: readonly number[], level: number, replicates: number): Interval | null {
  if (values.length < 0.9 * replicates) return null;
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - level) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** Linear between the two nearest, as NumPy does by default. @param sorted ascending, not empty */
export function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
