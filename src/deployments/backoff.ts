import { backoffMs, isHealthy } from '../platform/backoff.js';

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
    if (this.wellSince !== null && isHealthy(this.now() - this.wellSince)) this.failures = 0;
    this.wellSince = null;
    this.failures += 1;
    return backoffMs(this.failures);
  }

  recovered(): void {
    this.wellSince ??= this.now();
  }
}
