import { Fifo, type Place } from './fifo.js';
import { PRIORITIES, type Priority } from './priority.js';

/** Of so many turns in a row, one goes to the request that is due the longest, whatever the priority. */
export const TURNS_PER_ELDEST = 8;

export interface Waiting {
  /** Requests of one key may share a turn; null for one that never does. */
  readonly key: string | null;
  readonly rows: number;
  readonly priority: Priority;
}

/** A request's place in the queue. */
export interface Ticket<T> {
  readonly value: T;
  readonly rows: number;
  readonly since: number;
}

export interface QueueOptions {
  /** How long a request may be kept for company, in milliseconds; 0 when it is due at once. */
  readonly holdMs: number;
  /** Rows of one key that need no more company. */
  readonly fullRows: number;
}

interface Bucket<T> {
  readonly key: string;
  /** By priority, in order of arrival. */
  readonly lanes: readonly Fifo<Entry<T>>[];
  /** Those kept for company, in order of arrival. */
  readonly held: Fifo<Entry<T>>;
  requests: number;
  rows: number;
  heldRows: number;
}

interface Entry<T> extends Ticket<T> {
  readonly rank: number;
  readonly bucket: Bucket<T> | null;
  /** Position in the order in which requests became due; 0 while it is held. */
  order: number;
  lane: Place<Entry<T>> | null;
  /** In one of `due`, or in `held`. */
  line: Place<Entry<T>> | null;
  held: Place<Entry<T>> | null;
}

/**
 * Requests that wait for one model, and whose turn is next. A turn is one run: its leader, and the
 * requests of the same key that fit beside it.
 *
 * Promises: requests of one key and priority keep their order. Turns are led by the most urgent that is due the longest,
 * whatever its key; but every eighth by the one due the longest of all. So a request before which k others are due
 * leads a turn among the next 8 (k + 1) at the latest, whatever arrives later.
 *
 * Every operation takes the same time however many wait; moving a held request on is paid once per request.
 */
export class RequestQueue<T> {
  private readonly due: readonly Fifo<Entry<T>>[] = PRIORITIES.map(() => new Fifo<Entry<T>>());
  private readonly held = new Fifo<Entry<T>>();
  private readonly buckets = new Map<string, Bucket<T>>();
  private order = 0;
  private turn = 0;

  constructor(private readonly options: QueueOptions = { holdMs: 0, fullRows: 1 }) {}

  /** Requests that wait. */
  get length(): number {
    return this.held.length + this.due.reduce((sum, { length }) => sum + length, 0);
  }

  get hasDue(): boolean {
    return this.due.some(({ length }) => length > 0);
  }

  /** When the next held request becomes due; null when none is held. */
  get nextDueAt(): number | null {
    const { first } = this.held;
    return first ? first.since + this.options.holdMs : null;
  }

  add(value: T, { key, rows, priority }: Waiting, now: number): Ticket<T> {
    const bucket = key === null ? null : this.bucketOf(key);
    const rank = PRIORITIES.indexOf(priority);
    const entry: Entry<T> = {
      value,
      rows,
      since: now,
      rank,
      bucket,
      order: 0,
      lane: null,
      line: null,
      held: null,
    };
    if (bucket) {
      entry.lane = bucket.lanes[rank]?.push(entry) ?? null;
      bucket.requests += 1;
      bucket.rows += rows;
    }
    if (bucket && this.options.holdMs > 0) this.hold(entry, bucket);
    else this.makeDue(entry);
    return entry;
  }

  /** Does nothing for a request that has left already. */
  remove(ticket: Ticket<T>): void {
    const entry = ticket as Entry<T>;
    if (entry.line) this.leave(entry);
  }

  /** Makes due what has been held long enough. */
  release(now: number): void {
    const { holdMs } = this.options;
    for (let first = this.held.first; first && first.since + holdMs <= now; first = this.held.first)
      this.makeDue(first);
  }

  /**
   * Takes the requests of the next turn out of the queue; empty when none is due.
   * @param limit how many rows may run together, given who leads and how many rows of its key wait
   */
  take(limit: (leader: Ticket<T>, waitingRows: number) => number): T[] {
    const leader = this.nextLeader();
    if (!leader) return [];
    const { bucket } = leader;
    const most = bucket ? limit(leader, bucket.rows) : 0;
    this.leave(leader);
    const taken = [leader.value];
    let { rows } = leader;
    for (const lane of bucket?.lanes ?? []) {
      for (let next = lane.first; next && rows + next.rows <= most; next = lane.first) {
        this.leave(next);
        taken.push(next.value);
        rows += next.rows;
      }
    }
    return taken;
  }

  private nextLeader(): Entry<T> | undefined {
    this.turn = (this.turn + 1) % TURNS_PER_ELDEST;
    let leader: Entry<T> | undefined;
    for (const { first } of this.due) {
      if (!first) continue;
      if (this.turn !== 0) return first;
      if (!leader || first.order < leader.order) leader = first;
    }
    return leader;
  }

  private hold(entry: Entry<T>, bucket: Bucket<T>): void {
    entry.line = this.held.push(entry);
    entry.held = bucket.held.push(entry);
    bucket.heldRows += entry.rows;
    if (bucket.heldRows < this.options.fullRows) return;
    for (let { first } = bucket.held; first; { first } = bucket.held) this.makeDue(first);
  }

  private makeDue(entry: Entry<T>): void {
    this.unhold(entry);
    entry.order = this.order += 1;
    entry.line = this.due[entry.rank]?.push(entry) ?? null;
  }

  private unhold({ bucket, line, held, rows }: Entry<T>): void {
    if (!bucket || !held?.queue) return;
    if (line) this.held.remove(line);
    bucket.held.remove(held);
    bucket.heldRows -= rows;
  }

  private leave(entry: Entry<T>): void {
    const { bucket, lane, line } = entry;
    this.unhold(entry);
    if (line) line.queue?.remove(line);
    entry.line = null;
    if (!bucket || !lane) return;
    lane.queue?.remove(lane);
    bucket.rows -= entry.rows;
    bucket.requests -= 1;
    if (bucket.requests === 0) this.buckets.delete(bucket.key);
  }

  private bucketOf(key: string): Bucket<T> {
    let bucket = this.buckets.get(key);
    if (!bucket) {
      const lanes = PRIORITIES.map(() => new Fifo<Entry<T>>());
      bucket = { key, lanes, held: new Fifo(), requests: 0, rows: 0, heldRows: 0 };
      this.buckets.set(key, bucket);
    }
    return bucket;
  }
}
