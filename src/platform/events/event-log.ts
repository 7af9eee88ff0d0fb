import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Transaction } from '../database/index.js';
import { databaseProblem } from '../database-errors.js';
import { DomainError } from '../errors.js';
import { DatabaseUnavailable } from '../failures.js';
import type { Logger } from '../logging.js';
import { matches, type EventFilter, type EventKind, type EventRecord, type NewEvent } from './event.js';
import { EventStore, type EventPageQuery } from './event-store.js';
import { RecentEvents } from './recent-events.js';

/** Request outcomes are written together, this long after the first of them. */
const FLUSH_DELAY_MS = 20;
/** While the database is away, this many outcomes wait in memory; beyond it the oldest are given up and counted. */
const MAX_PENDING = 20_000;
const FLUSH_BATCH = 500;
const RETRY_DELAY_MS = 1_000;
/** So often one event alone is tried before it is set aside: it may have met another transaction. */
const ATTEMPTS = 2;
const READ_BATCH = 500;
const RECENT_CAPACITY = 2_000;

/**
 * What happened, in order, for ever. State changes append in their own transaction; request outcomes are recorded
 * in batches. Subscribers pull: from memory when they keep up, from the database when they do not, so that no
 * reader, however slow, loses an event or holds memory.
 */
export class EventLog {
  private readonly store: EventStore;
  private readonly recent = new RecentEvents(RECENT_CAPACITY);
  private position = 0n;
  private subscribers = 0;
  private advancing: Promise<void> | null = null;
  private advanceAgain = false;
  private waiters = new Set<() => void>();
  private readonly committed: ((event: NewEvent) => void)[] = [];
  private readonly missed: (() => void)[] = [];
  private readonly recordedErrors = new WeakSet();
  private pending: NewEvent[] = [];
  private flushing: Promise<void> | null = null;
  private lost = 0;
  private closing = false;
  private readonly closed = new AbortController();
  private readonly prunable: readonly EventKind[];

  /** @param options.prunable kinds of which there are many, so that old ones are pruned; all others are kept for ever */
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    options: { readonly prunable?: readonly EventKind[] } = {},
  ) {
    this.prunable = options.prunable ?? [];
    this.store = new EventStore(database);
  }

  /**
   * Runs `work` in one transaction, appends its events last, commits, then wakes subscribers. When the answer to the commit
   * is lost, it waits until the database can say whether that was done: its caller never has to guess. Without events
   * there is nothing to tell it by, and the loss is an error.
   *
   * @param options.timeoutMs for work that is known to be long; 30 s otherwise.
   */
  async transaction<T>(
    work: (tx: Transaction) => Promise<{ result: T; events: NewEvent[] }>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    const appended: { last: { done: { result: T; events: NewEvent[] }; first: bigint | null } | null } = {
      last: null,
    };
    const { result, events } = await this.database
      .$transaction(
        async (tx) => {
          const done = await work(tx);
          appended.last = { done, first: await this.store.append(tx, done.events) };
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
    this.wake();
    return result;
  }

  /** Calls `listener` with each event this process commits, before its author hears of the commit. */
  onCommitted(listener: (event: NewEvent) => void): void {
    this.committed.push(listener);
  }

  /** Calls `listener` when another process may have committed events, which this one never heard of. */
  onMissed(listener: () => void): void {
    this.missed.push(listener);
  }

  /** Another process may have written: caches are told to forget, and subscribers get what came. */
  othersWrote(): void {
    for (const listener of this.missed) listener();
    this.wake();
  }

  /** Buffered: written within some 20 ms, retried while the database is away. */
  record(event: NewEvent): void {
    this.pending.push(event);
    if (this.pending.length > MAX_PENDING) {
      this.pending.shift();
      this.lost += 1;
    }
    this.flushing ??= this.flush(FLUSH_DELAY_MS);
  }

  /**
   * `record` for a failed request, with a line in the log by which its request id is found. An error passes through
   * several hands; it is one event and one line all the same.
   */
  recordFailure(error: unknown, event: NewEvent): void {
    if (typeof error === 'object' && error !== null) {
      if (this.recordedErrors.has(error)) return;
      this.recordedErrors.add(error);
    }
    const { requestId, actor, message, data } = event;
    this.logger.info({ requestId, actor, code: data?.code }, message);
    this.record(event);
  }

  latest(): Promise<bigint> {
    return this.store.latest();
  }

  page(query: EventPageQuery): Promise<EventRecord[]> {
    return this.store.page(query);
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
   * been pruned and the filter would have shown them.
   */
  async *subscribe(options: {
    filter?: EventFilter | undefined;
    after?: bigint | undefined;
    signal?: AbortSignal | undefined;
  }): AsyncGenerator<EventRecord, void, void> {
    const { filter = {}, signal } = options;
    let cursor = await this.startingCursor(filter, options.after);
    this.subscribers += 1;
    const onAbort = () => this.notify();
    signal?.addEventListener('abort', onAbort);
    try {
      this.wake();
      while (!signal?.aborted && !this.closed.signal.aborted) {
        const batch =
          this.recent.after(cursor, READ_BATCH) ??
          (await this.store.page({ after: cursor, take: READ_BATCH, fromEnd: false }));
        for (const event of batch) {
          cursor = event.cursor;
          if (!matches(filter, event)) continue;
          yield event;
          if (signal?.aborted) return;
        }
        if (batch.length === 0) await this.changed(cursor, signal);
      }
    } finally {
      this.subscribers -= 1;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Writes what is pending and ends every subscription. */
  async close(): Promise<void> {
    this.closing = true;
    await this.flushing;
    this.closed.abort();
    this.notify();
    await this.advancing;
    if (this.pending.length > 0)
      this.logger.error(
        { events: this.pending.length },
        'request events could not be written before the end',
      );
  }

  /** Asks until the database answers. @returns false, too, when the log is closed meanwhile. */
  private async wasCommitted(cursor: bigint, event: NewEvent): Promise<boolean> {
    while (!this.closing) {
      try {
        return await this.store.holds(cursor, event);
      } catch (error) {
        this.logger.warn(
          { err: error },
          'whether a transaction was committed is not known yet; asking again',
        );
        await delay(RETRY_DELAY_MS);
      }
    }
    return false;
  }

  private async startingCursor(filter: EventFilter, after: bigint | undefined): Promise<bigint> {
    const latest = await this.store.latest();
    if (after === undefined) return latest;
    if (after > latest || after < 0n) {
      throw new DomainError(
        'CURSOR_INVALID',
        `Expected a cursor from 0 to ${latest}, got ${after}. Use the cursor of an event received before.`,
        {
          field: ['after'],
        },
      );
    }
    const wantsPrunable = !filter.kinds || filter.kinds.some((kind) => this.isPrunable(kind));
    const pruned = await this.store.prunedThrough();
    if (wantsPrunable && after < pruned) {
      throw new DomainError(
        'CURSOR_EXPIRED',
        `Request events up to cursor ${pruned} may have been pruned, so a replay after ${after} would have gaps. ` +
          `Resume after ${pruned}, or filter by kinds other than ${this.prunable.join(' and ')}: those are kept for ever.`,
        { field: ['after'] },
      );
    }
    return after;
  }

  /** Resolves when there may be events after `cursor`. */
  private changed(cursor: bigint, signal: AbortSignal | undefined): Promise<void> {
    if (this.position > cursor || signal?.aborted || this.closed.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.waiters.add(resolve));
  }

  private notify(): void {
    const waiters = this.waiters;
    this.waiters = new Set();
    for (const resume of waiters) resume();
  }

  /** Reads what has been committed since into memory and resumes the subscribers. One reader at a time. */
  private wake(): void {
    if (this.subscribers === 0) return;
    if (this.advancing) {
      this.advanceAgain = true;
      return;
    }
    this.advancing = this.advance();
  }

  private async advance(): Promise<void> {
    do {
      this.advanceAgain = false;
      try {
        const latest = await this.store.latest();
        if (latest - this.position > BigInt(RECENT_CAPACITY)) {
          // No subscriber read along for a while: begin anew near the end instead of catching up through memory.
          this.recent.clear();
          this.position = latest - BigInt(READ_BATCH);
        }
        for (;;) {
          const batch = await this.store.page({ after: this.position, take: READ_BATCH, fromEnd: false });
          this.recent.add(batch);
          this.position = batch.at(-1)?.cursor ?? this.position;
          this.notify();
          if (batch.length < READ_BATCH) break;
        }
      } catch (error) {
        this.logger.warn({ err: error }, 'events could not be read; trying again');
        await delay(RETRY_DELAY_MS, undefined, { ref: false });
        this.advanceAgain = !this.closed.signal.aborted;
      }
    } while (this.advanceAgain);
    // Cleared here and not when the promise settles: a wake in between would be lost.
    this.advancing = null;
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
        await this.transaction(async () => ({ result: undefined, events: batch }));
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
