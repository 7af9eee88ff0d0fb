import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Retention } from '../time-span.js';
import type { MetricsStore } from './metrics-store.js';

/** Rows that one statement removes. */
const ROWS = 2_000;

/**
 * Removes what is too old, a little at a time.
 *
 * @param now seconds since 1970
 * @throws DomainError UNAVAILABLE
 */
export async function pruneMetrics(
  store: MetricsStore,
  { spans, minutes, hours }: Retention,
  now: number,
): Promise<void> {
  for (const [seconds, kept] of [
    [10, spans],
    [60, minutes],
    [3_600, hours],
  ] as const) {
    while ((await store.prune(seconds, now - kept, ROWS)) === ROWS) await nextTurn();
  }
  await store.pruneGaps(now - hours);
}
