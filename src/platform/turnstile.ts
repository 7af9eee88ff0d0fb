import { DomainError } from './errors.js';

/**
 * Lets few pieces of work run at once and the others wait in the order they came. What is aborted while it waits never
 * begins.
 */
export class Turnstile {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param what for messages, such as `comparisons are waiting` */
  constructor(
    private readonly what: string,
    private readonly limits: { readonly atOnce: number; readonly waiting: number },
  ) {}

  /** @throws DomainError OVERLOADED when too many wait already; the signal's reason when it aborts first */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (!this.tryEnter()) await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Enters if there is room now and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#running >= this.limits.atOnce) return false;
    this.#running += 1;
    return true;
  }

  /** As `pass`, for work whose end is another call: whoever has entered calls `leave` once. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.tryEnter()) await this.#wait(signal);
  }

  leave(): void {
    const next = this.#waiting.shift();
    // The turn is handed on, so that no newcomer takes it.
    if (next) next();
    else this.#running -= 1;
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.limits.waiting)
      throw new DomainError(
        'OVERLOADED',
        `${this.limits.waiting} ${this.what} already. Try again in a while.`,
        { retryAfterMs: 5_000 },
      );
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(begin);
    });
  }
}
