import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long the event loop is kept from others at a time. */
const TURN_MS = 5;

/** The caller may leave before its work is done: an AbortSignal, or something lighter that does as one. */
export interface Ending {
  readonly aborted: boolean;
  /** Set when `aborted` is true. */
  readonly reason: unknown;
}

const NEVER: Ending = { aborted: false, reason: undefined };

/**
 * Takes one step after another until there are none. Others have the event loop after every few milliseconds, so each
 * step should take no longer than that.
 *
 * @throws what a step throws; `until.reason` once that has ended, and no step is taken then
 */
export async function inTurns(steps: Iterable<unknown>, until: Ending = NEVER): Promise<void> {
  let begun = performance.now();
  const taken = steps[Symbol.iterator]();
  while (taken.next().done !== true) {
    if (performance.now() - begun < TURN_MS) continue;
    await nextTurn();
    if (until.aborted) throw until.reason;
    begun = performance.now();
  }
}
