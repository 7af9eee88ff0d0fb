import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Transaction } from '../database/index.js';
import { databaseProblem } from '../database-errors.js';
import type { Logger } from '../logging.js';
import type { NewEvent } from './event.js';
import type { EventFeed } from './event-feed.js';
import type { EventStore } from './event-store.js';

const RETRY_DELAY_MS = 1_000;

/** State changes and what they made happen, committed together. */
export class EventTransactions {
  private readonly committed: ((event: NewEvent) => void)[] = [];
  private closing = false;

  constructor(
    private readonly parts: {
      readonly database: Database;
      readonly store: EventStore;
      readonly feed: EventFeed;
      readonly logger: Logger;
    },
  ) {}

  /** As `EventLog.transaction`. */
  async run<T>(
    work: (tx: Transaction) => Promise<{ result: T; events: NewEvent[] }>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    const appended: { last: { done: { result: T; events: NewEvent[] }; first: bigint | null } | null } = {
      last: null,
    };
    const { result, events } = await this.parts.database
      .$transaction(
        async (tx) => {
          const done = await work(tx);
          appended.last = { done, first: await this.parts.store.append(tx, done.events) };
          return done;
        },
        options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs },
      )
      .catch(async (error: unknown) => {
        const { done, first } = appended.last ?? {};
        const [event] = done?.events ?? [];
        // Only the commit was left.
        if (done && event && first != null && (await this.wasCommitted(first, event))) return done;
        // Beginning and committing are no queries, so the client's own translation does not reach them.
        throw databaseProblem(error) ?? error;
      });
    for (const listener of this.committed) for (const event of events) listener(event);
    this.parts.feed.wake();
    return result;
  }

  /** Calls `listener` with each event this process commits, before its author hears of the commit. */
  onCommitted(listener: (event: NewEvent) => void): void {
    this.committed.push(listener);
  }

  /** What is not known to be committed yet counts as not. */
  close(): void {
    this.closing = true;
  }

  /** Asks until the database answers. @returns false, too, when the log is closed meanwhile. */
  private async wasCommitted(cursor: bigint, event: NewEvent): Promise<boolean> {
    while (!this.closing) {
      try {
        return await this.parts.store.holds(cursor, event);
      } catch (error) {
        this.parts.logger.warn(
          { err: error },
          'whether a transaction was committed is not known yet; asking again',
        );
        await delay(RETRY_DELAY_MS);
      }
    }
    return false;
  }
}
