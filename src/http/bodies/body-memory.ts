import { DomainError } from '../../platform/errors.js';

const RETRY_MS = 1_000;

/**
 * The memory of all request bodies together, from the first byte until the answer: while it lasts, each of them is there
 * as text, as what was read from it, or as tensors that wait for a model.
 */
export class BodyMemory {
  private taken = 0;

  constructor(readonly limit = Infinity) {}

  /** Bytes that requests hold now. */
  get held(): number {
    return this.taken;
  }

  get free(): number {
    return this.limit - this.taken;
  }

  /** A reservation of nothing, to be resized. */
  open(): Reservation {
    return new Reservation(this);
  }

  /** @returns false, and nothing has changed, when there is no room for so many bytes more */
  take(bytes: number): boolean {
    if (bytes > this.free) return false;
    this.taken += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.taken -= bytes;
  }

  /** For requests that find no room. */
  refusal(): DomainError {
    return new DomainError(
      'OVERLOADED',
      `The server holds as much of other requests as it may (${Math.round(this.limit / 1024 ** 2)} MiB, RETORT_BODY_MEMORY_BYTES). ` +
        'Try again in a second, or send smaller requests.',
      { retryAfterMs: RETRY_MS },
    );
  }
}

/** A part of the memory that bodies may take; it changes with what is found in the body, and goes with the request. */
export class Reservation {
  private bytes = 0;
  private over = false;

  constructor(private readonly memory: BodyMemory) {}

  /** Changes it to so many bytes. @returns false, and nothing has changed, when there is no room for them */
  resize(bytes: number): boolean {
    // The caller has left; what is still done for them ends soon.
    if (this.over) return true;
    const more = bytes - this.bytes;
    if (more <= 0) this.memory.giveBack(-more);
    else if (!this.memory.take(more)) return false;
    this.bytes = bytes;
    return true;
  }

  release(): void {
    if (this.over) return;
    this.over = true;
    this.memory.giveBack(this.bytes);
    this.bytes = 0;
  }
}
