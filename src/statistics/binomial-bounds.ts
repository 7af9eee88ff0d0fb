import { incompleteBeta } from './beta-function.js';

/** To 10 digits. */
const HALVINGS = 34;

/** P(X ≤ count) for X binomial. */
export function binomialAtMost(count: number, trials: number, share: number): number {
  if (count < 0) return 0;
  return count >= trials ? 1 : incompleteBeta(1 - share, trials - count, count + 1);
}

/**
 * The exact one-sided upper bound of a share (Clopper and Pearson, 1934): a larger one would have shown so few with a
 * probability below 1 − confidence.
 */
export function upperBound(count: number, trials: number, confidence: number): number {
  if (count >= trials) return 1;
  return crossing((share) => binomialAtMost(count, trials, share) > 1 - confidence);
}

/** The exact one-sided lower bound of a share. */
export function lowerBound(count: number, trials: number, confidence: number): number {
  return trials === 0 ? 0 : 1 - upperBound(trials - count, trials, confidence);
}

/**
 * Ranks from the top of a sample, 1 for the largest, between which the value that `tail` of the distribution exceeds
 * lies: each holds alone with `confidence`, whatever the distribution. Null where the sample is too small to say.
 */
export function tailRanks(
  trials: number,
  tail: number,
  confidence: number,
): { readonly upper: number | null; readonly lower: number | null } {
  const few = lastThat(trials, (count) => binomialAtMost(count, trials, tail) <= 1 - confidence);
  const usual = lastThat(trials, (count) => binomialAtMost(count - 1, trials, tail) < confidence);
  return {
    upper: few === null ? null : few + 1,
    lower: usual === null || usual === trials ? null : usual + 1,
  };
}

/** The last count from 0 to `most` for which it holds, where it holds up to some count; null when not even for 0. */
function lastThat(most: number, holds: (count: number) => boolean): number | null {
  if (!holds(0)) return null;
  let [low, high] = [0, most + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Where `below` turns false, going from 0 to 1. */
function crossing(below: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (below(middle)) low = middle;
    else high = middle;
  }
  return high;
}
