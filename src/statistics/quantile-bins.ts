import type { BinnedSamples } from './stability-index.js';

const BINS = 10;
/** Answers of two versions this close, relative to their size and to the spread of all, are the same but for rounding. */
const ROUNDING = 1e-5;

/**
 * Both samples over the deciles of the base's. A value that makes up a decile or more, as with classes and constants, gets
 * a bin of its own, and so do not-a-numbers; bins that are empty on both sides are left out.
 *
 * @param base ascending, not-a-numbers last, as is `candidate`
 */
export function quantileBins(base: Float64Array, candidate: Float64Array): BinnedSamples {
  const bounds = quantileBounds(base);
  const [ofBase, ofCandidate] = [counts(base, bounds), counts(candidate, bounds)];
  const used = ofBase.map((count, bin) => count + (ofCandidate[bin] ?? 0) > 0);
  return {
    base: ofBase.filter((_, bin) => used[bin]),
    candidate: ofCandidate.filter((_, bin) => used[bin]),
  };
}

/**
 * Upper bounds, inclusive, of all bins but the last: the quantiles that divide the sample into so many equal parts.
 *
 * @param sorted ascending, not-a-numbers last
 * @param tolerance values this close, relative to their size and to the spread of all, are the same but for rounding
 */
export function quantileBounds(sorted: Float64Array, bins = BINS, tolerance = ROUNDING): number[] {
  const numbers = atMost(sorted, Infinity);
  const at = (share: number) => sorted[Math.min(numbers - 1, Math.floor(share * numbers))] ?? 0;
  const spread = at(0.95) - at(0.05);
  const bounds = new Set<number>();
  for (let bin = 1; bin < bins && numbers > 0; bin += 1) {
    const value = at(bin / bins);
    const rounding = Number.isFinite(value) ? tolerance * (Math.abs(value) + finite(spread)) : 0;
    const below = Math.min(Number.MAX_VALUE, value - rounding - Number.MIN_VALUE);
    const same = atMost(sorted, value + rounding) - atMost(sorted, below);
    if (same * bins >= numbers) bounds.add(below);
    bounds.add(value + rounding);
  }
  return [...bounds].sort((a, b) => a - b);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function counts(sorted: Float64Array, bounds: readonly number[]): number[] {
  const upTo = [...bounds.map((bound) => atMost(sorted, bound)), atMost(sorted, Infinity), sorted.length];
  return upTo.map((count, bin) => count - (upTo[bin - 1] ?? 0));
}

/** How many values are at most this; not-a-numbers are not. */
function atMost(sorted: Float64Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? NaN) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
