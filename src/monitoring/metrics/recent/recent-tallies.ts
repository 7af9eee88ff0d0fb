import type { DeploymentTally } from '../tallies/deployment-tally.js';

/** So long every second is kept in memory. */
export const RECENT_SECONDS = 900;
/** Seconds of the smallest span that is stored, and that lasts longer than that. */
export const SPAN_SECONDS = 10;

/** A tally that changes no more. */
export interface Sealed {
  /** Seconds since 1970. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * What happened to one deployment in the last fifteen minutes: every second, and every ten together, so that a window is
 * the sum of few. What an earlier process stored is known by ten seconds only.
 */
export class RecentTallies {
  private readonly seconds: Sealed[] = [];
  private readonly spans: Sealed[] = [];

  get isEmpty(): boolean {
    return this.seconds.length === 0 && this.spans.length === 0;
  }

  /** @param second later than all before */
  addSecond(second: Sealed): void {
    this.seconds.push(second);
  }

  /** Ten seconds that are over; `start` later than all before. */
  addSpan(span: Sealed): void {
    this.spans.push(span);
  }

  /**
   * Adds what happened from `since` until before `until`, in seconds.
   *
   * @param spansUntil to where every span that is over has been added
   */
  addTo(sum: DeploymentTally, since: number, until: number, spansUntil: number): void {
    const firstSpan = Math.min(until, ceilTo(since, SPAN_SECONDS));
    const lastSpan = Math.max(firstSpan, Math.min(floorTo(until, SPAN_SECONDS), spansUntil));
    addAll(sum, this.seconds, since, firstSpan);
    addAll(sum, this.spans, firstSpan, lastSpan);
    addAll(sum, this.seconds, lastSpan, until);
  }

  /** Forgets what began before `second`. */
  forgetBefore(second: number): void {
    for (const list of [this.seconds, this.spans]) {
      const old = placeOf(list, second);
      // Not each time: what follows has to move.
      if (old >= 64 || old === list.length) list.splice(0, old);
    }
  }
}

function addAll(sum: DeploymentTally, list: readonly Sealed[], since: number, until: number): void {
  for (let place = placeOf(list, since); place < list.length; place += 1) {
    const sealed = list[place];
    if (!sealed || sealed.start >= until) return;
    sum.add(sealed.bytes);
  }
}

/** Of the first that begins at `start` or later. */
function placeOf(list: readonly Sealed[], start: number): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle]?.start ?? Infinity) < start) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function floorTo(seconds: number, unit: number): number {
  return Math.floor(seconds / unit) * unit;
}

export function ceilTo(seconds: number, unit: number): number {
  return Math.ceil(seconds / unit) * unit;
}
