import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/** Of addresses; those heard of longest ago are forgotten first. */
const MAX_ADDRESSES = 10_000;
const FORGOTTEN_AFTER_MS = 600_000;
/** A person mistypes, and a program that was not told of a new key tries a few times. */
const FREE_ATTEMPTS = 5;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;
/** Attempts of one address that wait for their refusal; more are refused at once, and told to come later. */
const MAX_WAITING = 10;

interface Attempts {
  failures: number;
  waiting: number;
}

/** How a wrong key is refused: now and for good, or with the word to come again after so many seconds. */
export type WrongKeyAnswer = { readonly retryAfterSeconds?: number };

/**
 * Slows down whoever tries keys. Only wrong ones wait, and each longer than the one before: behind the same address there
 * may be others, who know the key.
 */
export class WrongKeys {
  private readonly attempts = new LRUCache<string, Attempts>({ max: MAX_ADDRESSES, ttl: FORGOTTEN_AFTER_MS });

  /** @param wait for tests */
  constructor(
    private readonly wait: (ms: number) => Promise<unknown> = (ms) => delay(ms, undefined, { ref: false }),
  ) {}

  /** Called for every wrong key. Undefined when it may be refused at once. */
  failed(address: string): Promise<WrongKeyAnswer> | undefined {
    const attempts = this.attempts.get(address) ?? { failures: 0, waiting: 0 };
    attempts.failures += 1;
    this.attempts.set(address, attempts);
    const beyond = attempts.failures - FREE_ATTEMPTS;
    if (beyond <= 0) return undefined;
    const ms = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (beyond - 1));
    if (attempts.waiting >= MAX_WAITING)
      return Promise.resolve({ retryAfterSeconds: Math.max(1, Math.ceil(ms / 1_000)) });
    attempts.waiting += 1;
    return this.wait(ms).then(() => {
      attempts.waiting -= 1;
      return {};
    });
  }
}
