import { DomainError } from '../../platform/errors.js';

const SOONEST_MS = 10;
const LATEST_MS = 60_000;
/** Weight of the newest request in the mean: some twenty requests are remembered. */
const NEWEST = 0.1;

/**
 * How many requests one model is given at once, those that wait for it to load included. More are refused at once:
 * a caller who is told to come back later is better off than one who waits for a deadline.
 */
export class Admission {
  private inside = 0;
  private meanMs: number | null = null;

  constructor(private readonly what: string) {}

  /** Requests that wait or run. */
  get requests(): number {
    return this.inside;
  }

  /**
   * @returns what to call, once, when the request is done with the model.
   * @throws DomainError OVERLOADED with the mean time of a recent request as the hint when to try again.
   */
  enter(maxQueue: number): () => void {
    if (this.inside >= maxQueue) {
      const retryAfterMs = Math.round(Math.min(LATEST_MS, Math.max(SOONEST_MS, this.meanMs ?? 0)));
      throw new DomainError(
        'OVERLOADED',
        `${this.what} has ${this.inside} requests waiting or running, as many as it may (limits.maxQueue is ${maxQueue}). Try again in ${retryAfterMs} ms.`,
        { retryAfterMs },
      );
    }
    this.inside += 1;
    const entered = performance.now();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.inside -= 1;
      const took = performance.now() - entered;
      this.meanMs = this.meanMs === null ? took : this.meanMs + NEWEST * (took - this.meanMs);
    };
  }
}
