import type { Interval } from './bootstrap.js';

/** An estimate with its interval; null: it is taken as it is. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
}

/**
 * The interval of target − base, at the level of theirs, from the distances of their bounds squared and added (Zou & Donner,
 * Stat. Med. 27, 2008). Right for estimates that are independent; of two versions measured on the same rows, whose errors go
 * together, it is wider than need be, and so never sure of what is not there.
 *
 * @param scale of both intervals, for another level than theirs
 */
export function differenceInterval(base: Estimate, target: Estimate, scale = 1): Interval {
  const [b, t] = [distances(base, scale), distances(target, scale)];
  const difference = target.value - base.value;
  return {
    low: difference - Math.hypot(t.below, b.above),
    high: difference + Math.hypot(t.above, b.below),
  };
}

/** Of a bound that lies on the wrong side of the estimate, as percentiles of a bootstrap may, none. */
function distances({ value, interval }: Estimate, scale: number): { below: number; above: number } {
  if (interval === null) return { below: 0, above: 0 };
  return {
    below: scale * Math.max(0, value - interval.low),
    above: scale * Math.max(0, interval.high - value),
  };
}
