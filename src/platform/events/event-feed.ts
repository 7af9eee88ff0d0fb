import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../errors.js';
import type { Logger } from '../logging.js';
import { matches, type EventFilter, type EventKind, type EventRecord } from './event.js';
import type { EventStore } from './event-store.js';
import { refuseUnknownNames } from './known-names.js';
import { RecentEvents } from './recent-events.js';

const RETRY_DELAY_MS = 1_000;
const READ_BATCH = 500;
const RECENT_CAPACITY = 2_000;

export interface Subscription {
  readonly filter?: EventFilter | undefined;
  readonly after?: bigint | undefined;
  /** Refuses the names of a model or deployment that there never was; otherwise they are waited for. */
  readonly refuseUnknownNames?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whether a subscriber has left. A signal itself tells the same at ten times the cost, for every event of every subscriber. */
class Leaving {
  private isOver: boolean;

  constructor(signal: AbortSignal | undefined) {
    this.isOver = signal?.aborted === true;
  }

  leave(): void {
    this.isOver = true;
  }

  hasLeft(): boolean {
    return this.isOver;
  }
}

/**
 * Subscribers pull: from memory when they keep up, from the database when they do not, so that no reader, however slow,
 * loses an event or holds memory.
 */
export class EventFeed {
  private readonly recent = new RecentEvents(RECENT_CAPACITY);
  private position = 0n;
  private subscribers = 0;
  private advancing: Promise<void> | null = null;
  private advanceAgain = false;
  private waiters = new Set<() => void>();
  private readonly closed = new AbortController();

  constructor(
    private readonly store: EventStore,
    private readonly logger: Logger,
    private readonly prunable: readonly EventKind[],
  ) {}

  /** As `EventLog.subscribe`. */
  async *subscribe(options: Subscription): AsyncGenerator<EventRecord, void, void> {
    const { filter = {}, signal } = options;
    let cursor = await this.startingCursor(filter, options.after);
    if (options.refuseUnknownNames === true) await refuseUnknownNames(filter, this.store);
    this.subscribers += 1;
    const leaving = new Leaving(signal);
    const onAbort = () => {
      leaving.leave();
      this.notify();
    };
    signal?.addEventListener('abort', onAbort);
    try {
      this.wake();
      while (!leaving.hasLeft() && !this.closed.signal.aborted) {
        const batch =
          this.recent.after(cursor, READ_BATCH) ??
          (await this.store.page({ after: cursor, take: READ_BATCH, fromEnd: false }));
        for (const event of batch) {
          cursor = event.cursor;
          if (!matches(filter, event)) continue;
          yield event;
          if (leaving.hasLeft()) return;
        }
        if (batch.length === 0) await this.changed(cursor, signal);
      }
    } finally {
      this.subscribers -= 1;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Reads what has been committed since into memory and resumes the subscribers. One reader at a time. */
  wake(): void {
    if (this.subscribers === 0) return;
    if (this.advancing) {
      this.advanceAgain = true;
      return;
    }
    this.advancing = this.advance();
  }

  /** Ends every subscription. */
  async close(): Promise<void> {
    this.closed.abort();
    this.notify();
    await this.advancing;
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
    const wantsPrunable = !filter.kinds || filter.kinds.some((kind) => this.prunable.includes(kind));
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
}
