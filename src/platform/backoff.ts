const FIRST_MS = 100;
const LONGEST_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000;

/** How long to wait before the given attempt in a row, the first being 1: what keeps failing costs little. */
export function backoffMs(attempt: number, firstMs = FIRST_MS, longestMs = LONGEST_MS): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1));
}

/** What lasted so long begins anew when it fails. */
export function isHealthy(livedMs: number): boolean {
  return livedMs >= HEALTHY_AFTER_MS;
}
