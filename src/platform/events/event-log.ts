import type { Database, Transaction } from '../database/index.js';
import type { Logger } from '../logging.js';
import type { EventFilter, EventKind, EventRecord, NewEvent } from './event.js';
import { EventBuffer } from './event-buffer.js';
import { EventFeed, type Subscription } from './event-feed.js';
import { EventStore, type EventPageQuery } from './event-store.js';
import { EventTransactions } from './event-transactions.js';
import { refuseUnknownNames } from './known-names.js';

/**
 * What happened, in order, for ever. State changes append in their own transaction; request outcomes are recorded
 * in batches; subscribers are fed at their own pace.
 */
export class EventLog {
  private readonly store: EventStore;
  private readonly feed: EventFeed;
  private readonly transactions: EventTransactions;
  private readonly buffer: EventBuffer;
  private readonly missed: (() => void)[] = [];
  private readonly recordedErrors = new WeakSet();
  private readonly prunable: readonly EventKind[];

  /** @param options.prunable kinds of which there are many, so that old ones are pruned; all others are kept for ever */
  constructor(
    database: Database,
    private readonly logger: Logger,
    options: { readonly prunable?: readonly EventKind[] } = {},
  ) {
    this.prunable = options.prunable ?? [];
    this.store = new EventStore(database);
    this.feed = new EventFeed(this.store, logger, this.prunable);
    this.transactions = new EventTransactions({ database, store: this.store, feed: this.feed, logger });
    this.buffer = new EventBuffer(this.transactions, logger);
  }

  /**
   * Runs `work` in one transaction, appends its events last, commits, then wakes subscribers. When the answer to the commit
   * is lost, it waits until the database can say whether that was done: its caller never has to guess. Without events
   * there is nothing to tell it by, and the loss is an error.
   *
   * @param options.timeoutMs for work that is known to be long; 30 s otherwise.
   */
  transaction<T>(
    work: (tx: Transaction) => Promise<{ result: T; events: NewEvent[] }>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    return this.transactions.run(work, options);
  }

  /** Calls `listener` with each event this process commits, before its author hears of the commit. */
  onCommitted(listener: (event: NewEvent) => void): void {
    this.transactions.onCommitted(listener);
  }

  /** Calls `listener` when another process may have committed events, which this one never heard of. */
  onMissed(listener: () => void): void {
    this.missed.push(listener);
  }

  /** Another process may have written: caches are told to forget, and subscribers get what came. */
  othersWrote(): void {
    for (const listener of this.missed) listener();
    this.feed.wake();
  }

  /** Buffered: written within some 20 ms, retried while the database is away. */
  record(event: NewEvent): void {
    this.buffer.add(event);
  }

  /**
   * `record` for a failed request, with a line in the log by which its request id is found. An error passes through
   * several hands; it is one event and one line all the same.
   *
   * @param fields what else the line says
   */
  recordFailure(error: unknown, event: NewEvent, fields: Readonly<Record<string, string>> = {}): void {
    if (typeof error === 'object' && error !== null) {
      if (this.recordedErrors.has(error)) return;
      this.recordedErrors.add(error);
    }
    const { requestId, actor, message, data } = event;
    this.logger.info({ requestId, ...fields, actor, code: data?.code }, message);
    this.record(event);
  }

  latest(): Promise<bigint> {
    return this.store.latest();
  }

  page(query: EventPageQuery): Promise<EventRecord[]> {
    return this.store.page(query);
  }

  /**
   * Refuses a filter on what there never was.
   *
   * @throws DomainError INVALID_ARGUMENT for the name of a model or deployment that no event speaks of
   */
  refuseUnknownNames(filter: EventFilter): Promise<void> {
    return refuseUnknownNames(filter, this.store);
  }

  count(filter?: EventFilter): Promise<number> {
    return this.store.count(filter);
  }

  isPrunable(kind: EventKind): boolean {
    return this.prunable.includes(kind);
  }

  /** Deletes events of the prunable kinds that are older than `cutoff`. @returns how many */
  async prune(cutoff: Date): Promise<number> {
    return this.store.prune(this.prunable, cutoff);
  }

  /**
   * Replays what came after the cursor, then goes on live: no gap and no repeat. Without `after`, begins with what
   * comes from now on. Ends when `signal` aborts, when the consumer returns, or when the log closes.
   *
   * @throws DomainError CURSOR_INVALID for a cursor of the future, CURSOR_EXPIRED when request events after it have
   * been pruned and the filter would have shown them, INVALID_ARGUMENT as `refuseUnknownNames` where that is asked for.
   */
  subscribe(options: Subscription): AsyncGenerator<EventRecord, void, void> {
    return this.feed.subscribe(options);
  }

  /** Writes what is pending and ends every subscription. */
  async close(): Promise<void> {
    this.transactions.close();
    await this.buffer.close();
    await this.feed.close();
  }
}
