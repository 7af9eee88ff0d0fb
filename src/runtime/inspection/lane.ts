import { DomainError } from '../../platform/errors.js';

/** A few seats, and a line of those who wait for one in the order they came. */
export class Lane {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(private readonly limits: { readonly seats: number; readonly waiting: number }) {
    this.#free = limits.seats;
  }

  /** Takes a seat if one is free now and no other request waits for it. */
  tryEnter(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** @throws DomainError OVERLOADED when too many wait already; the signal's reason when it aborts first */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryEnter()) return;
    if (this.#line.length >= this.limits.waiting)
      throw new DomainError(
        'OVERLOADED',
        `${this.limits.waiting} models wait to be read already. Try again in a while.`,
        { retryAfterMs: 5_000 },
      );
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#line.splice(this.#line.indexOf(begin), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#line.push(begin);
    });
  }

  /** Gives a seat back, to the next in line. */
  leave(): void {
    const next = this.#line.shift();
    if (next) next();
    else this.#free += 1;
  }
}
