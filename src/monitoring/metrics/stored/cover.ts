import { ceilTo, floorTo } from '../recent/recent-tallies.js';

/** How long what is stored lasts, in seconds, longest first. */
export const STORED_SECONDS = [3_600, 60, 10] as const;

/** From `from` until before `to`, in whole units of `seconds`. */
export interface Range {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Divides a span into ranges of the longest units that fit, so that as little as can be is read.
 *
 * @param since a multiple of 10, as `until`
 * @param longest the longest unit to use
 */
export function cover(since: number, until: number, longest: number = STORED_SECONDS[0]): Range[] {
  if (since >= until) return [];
  const seconds = STORED_SECONDS.find(
    (unit) => unit <= longest && ceilTo(since, unit) < floorTo(until, unit),
  );
  const least = STORED_SECONDS.at(-1) ?? 10;
  if (seconds === undefined || seconds === least)
    return [{ seconds: least, from: floorTo(since, least), to: ceilTo(until, least) }];
  const from = ceilTo(since, seconds);
  const to = floorTo(until, seconds);
  return [...cover(since, from, seconds - 1), { seconds, from, to }, ...cover(to, until, seconds - 1)];
}
