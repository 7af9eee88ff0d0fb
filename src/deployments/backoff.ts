const FIRST_MS = 100;
const LONGEST_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000;

/** How long to wait before the next attempt: 100 ms, doubled each time up to 30 s; a minute of health begins anew. */
export class Backoff {
  private failures = 0;
  private wellSince: number | null = null;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Failures since it last kept well for a minute. */
  get attempts(): number {
    return this.failures;
  }

  /** Counts a failure. @returns milliseconds until the next attempt. */
  failed(): number {
    if (this.wellSince !== null && this.now() - this.wellSince >= HEALTHY_AFTER_MS) this.failures = 0;
    this.wellSince = null;
    this.failures += 1;
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.failures - 1));
  }

  recovered(): void {
    this.wellSince ??= this.now();
  }
}
