const FIRST_MS = 100;
const LONGEST_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000;

/** How long to wait before the given restart in a row, the first being 1: a runner that keeps dying costs little. */
export function restartDelayMs(attempt: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
}

/** A runner that lasted so long begins anew when it is lost. */
export function isHealthy(livedMs: number): boolean {
  return livedMs >= HEALTHY_AFTER_MS;
}
