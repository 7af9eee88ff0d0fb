import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable } from '../failures.js';
import type { Logger } from '../logging.js';
import type { NewEvent } from './event.js';
import type { EventTransactions } from './event-transactions.js';

/** Request outcomes are written together, this long after the first of them. */
const FLUSH_DELAY_MS = 20;
/** While the database is away, this many outcomes wait in memory; beyond it the oldest are given up and counted. */
const MAX_PENDING = 20_000;
const FLUSH_BATCH = 500;
const RETRY_DELAY_MS = 1_000;
/** So often one event alone is tried before it is set aside: it may have met another transaction. */
const ATTEMPTS = 2;

/** Events that change nothing, such as outcomes of requests, on their way to the database in batches. */
export class EventBuffer {
  private readonly pending: NewEvent[] = [];
  private flushing: Promise<void> | null = null;
  private lost = 0;
  private closing = false;

  constructor(
    private readonly transactions: EventTransactions,
    private readonly logger: Logger,
  ) {}

  /** Written within some 20 ms, retried while the database is away. */
  add(event: NewEvent): void {
    this.pending.push(event);
    if (this.pending.length > MAX_PENDING) {
      this.pending.shift();
      this.lost += 1;
    }
    this.flushing ??= this.flush(FLUSH_DELAY_MS);
  }

  /** Writes what is pending, or says in the log how much could not be written. */
  async close(): Promise<void> {
    this.closing = true;
    await this.flushing;
    if (this.pending.length > 0)
      this.logger.error(
        { events: this.pending.length },
        'request events could not be written before the end',
      );
  }

  /**
   * Writes what is pending, oldest first. A batch that the database refuses is divided until the event at fault stands
   * alone: that one is set aside with a line in the log, so that it never keeps others from being written.
   */
  private async flush(waitMs: number): Promise<void> {
    await delay(waitMs);
    let size = FLUSH_BATCH;
    let attempts = 0;
    while (this.pending.length > 0) {
      const batch = this.pending.slice(0, size);
      const dropped = this.lost;
      // Events given up meanwhile were the oldest, so part of this batch may already be gone from the queue.
      const done = () => this.pending.splice(0, Math.max(0, batch.length - (this.lost - dropped)));
      try {
        await this.transactions.run(async () => ({ result: undefined, events: batch }));
        done();
        size = Math.min(FLUSH_BATCH, size * 2);
        attempts = 0;
      } catch (error) {
        const [first] = batch;
        if (error instanceof DatabaseUnavailable) {
          this.logger.error(
            { err: error, pending: this.pending.length, lost: this.lost },
            'request events could not be written; trying again',
          );
          if (this.closing) break;
          await delay(RETRY_DELAY_MS);
        } else if (batch.length > 1) size = Math.ceil(batch.length / 2);
        else if ((attempts += 1) < ATTEMPTS && !this.closing) await delay(RETRY_DELAY_MS);
        else {
          this.logger.error(
            { err: error, event: first },
            'the database refuses a request event; it is set aside',
          );
          done();
          attempts = 0;
        }
      }
    }
    this.flushing = null;
  }
}
