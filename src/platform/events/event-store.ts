import { Prisma, type Database, type Transaction } from '../database/index.js';
import { storable } from '../database/storable.js';
import { DomainError } from '../errors.js';
import {
  filterToWhere,
  type EventFilter,
  type EventKind,
  type EventRecord,
  type JsonObject,
  type NewEvent,
} from './event.js';

export interface EventPageQuery {
  readonly filter?: EventFilter | undefined;
  /** Exclusive. */
  readonly after?: bigint | undefined;
  /** Exclusive. */
  readonly before?: bigint | undefined;
  readonly take: number;
  /** Take the newest of the range instead of the oldest; the order of the answer stays ascending. */
  readonly fromEnd: boolean;
}

type Range = Omit<EventPageQuery, 'filter'>;

/** The largest BIGINT. */
const MAX_CURSOR = 2n ** 63n - 1n;

type EventRow = Omit<EventRecord, 'data'> & { readonly data: unknown };

export class EventStore {
  constructor(private readonly database: Database) {}

  /**
   * Must be the last statements of a transaction: the row lock on the counter is held until the commit, so cursors
   * become visible in order and a reader that has seen n has seen everything before n.
   *
   * @returns the cursor of the first event; null when there are none.
   */
  async append(tx: Transaction, events: readonly NewEvent[]): Promise<bigint | null> {
    if (events.length === 0) return null;
    const { last } = await tx.eventCursor.update({
      where: { id: 1 },
      data: { last: { increment: events.length } },
      select: { last: true },
    });
    const first = last - BigInt(events.length) + 1n;
    await tx.event.createMany({ data: events.map((event, index) => toRow(event, first + BigInt(index))) });
    return first;
  }

  /** Whether the event was committed under the cursor; waits for the end of a transaction that may still do so. */
  async holds(cursor: bigint, event: NewEvent): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT "last" FROM "EventCursor" WHERE "id" = 1 FOR UPDATE`;
      const found = await tx.event.findUnique({ where: { cursor } });
      return found !== null && isRowOf(found, event);
    });
  }

  async latest(): Promise<bigint> {
    return (await this.counter()).last;
  }

  async prunedThrough(): Promise<bigint> {
    return (await this.counter()).prunedThrough;
  }

  async page({ filter = {}, ...range }: EventPageQuery): Promise<EventRecord[]> {
    const { kinds, ...others } = filter;
    const isOfKindsOnly = kinds !== undefined && Object.values(others).every((value) => value === undefined);
    const rows = await (isOfKindsOnly ? this.ofKinds(kinds, range) : this.matching(filter, range));
    const records = rows.map((row) => ({ ...row, data: row.data as JsonObject }));
    return range.fromEnd ? records.reverse() : records;
  }

  count(filter: EventFilter = {}): Promise<number> {
    return this.database.event.count({ where: filterToWhere(filter) });
  }

  /** Whether anything was ever told of a name. What is told when something is made is kept for ever. */
  async knows(named: Pick<EventFilter, 'model'> | Pick<EventFilter, 'deployment'>): Promise<boolean> {
    const found = await this.database.event.findFirst({
      where: filterToWhere(named),
      select: { cursor: true },
    });
    return found !== null;
  }

  /** Deletes events of these kinds older than `cutoff` and remembers how far, so that a resuming subscriber is told. */
  async prune(kinds: readonly EventKind[], cutoff: Date): Promise<number> {
    return this.database.$transaction(async (tx) => {
      const where = { kind: { in: [...kinds] }, at: { lt: cutoff } };
      const newest = await tx.event.aggregate({ where, _max: { cursor: true } });
      if (newest._max.cursor === null) return 0;
      const { count } = await tx.event.deleteMany({ where });
      await tx.eventCursor.updateMany({
        where: { id: 1, prunedThrough: { lt: newest._max.cursor } },
        data: { prunedThrough: newest._max.cursor },
      });
      return count;
    });
  }

  private async matching(filter: EventFilter, { after, before, take, fromEnd }: Range): Promise<EventRow[]> {
    return this.database.event.findMany({
      where: {
        ...filterToWhere(filter),
        cursor: { ...(after !== undefined && { gt: after }), ...(before !== undefined && { lt: before }) },
      },
      orderBy: { cursor: fromEnd ? 'desc' : 'asc' },
      take,
    });
  }

  /**
   * A page of each kind, by the index of kinds, and of them the first. Asked for in one, PostgreSQL walks the log by
   * cursor and skips what is of other kinds: where requests lie between the rare ones, tens of thousands of events.
   */
  private async ofKinds(
    kinds: readonly EventKind[],
    { after = 0n, before = MAX_CURSOR, take, fromEnd }: Range,
  ): Promise<EventRow[]> {
    const order = fromEnd ? Prisma.sql`DESC` : Prisma.sql`ASC`;
    // Pairs are compared and ordered by, rather than cursors alone, so that no other index would do.
    return this.database.$queryRaw<EventRow[]>`
      SELECT e.* FROM unnest(${[...new Set(kinds)]}::"EventKind"[]) AS wanted("kind"), LATERAL (
        SELECT * FROM "Event"
        WHERE ("kind", "cursor") > (wanted."kind", ${after}) AND ("kind", "cursor") < (wanted."kind", ${before})
        ORDER BY "kind" ${order}, "cursor" ${order} LIMIT ${take}
      ) AS e
      ORDER BY "cursor" ${order} LIMIT ${take}`;
  }

  private async counter(): Promise<{ last: bigint; prunedThrough: bigint }> {
    const counter = await this.database.eventCursor.findUnique({ where: { id: 1 } });
    if (!counter) throw new DomainError('INTERNAL', 'The event counter is missing from the database.');
    return counter;
  }
}

function isRowOf(row: Omit<EventRecord, 'data'>, { kind, message, actor, requestId }: NewEvent): boolean {
  return (
    row.kind === kind &&
    row.message === storable(message) &&
    row.actor === storable(actor) &&
    row.requestId === storable(requestId ?? null)
  );
}

function toRow(event: NewEvent, cursor: bigint) {
  return {
    cursor,
    kind: event.kind,
    message: event.message,
    actor: event.actor,
    requestId: event.requestId ?? null,
    modelId: event.model?.id ?? null,
    modelName: event.model?.name ?? null,
    versionId: event.version?.id ?? null,
    versionNumber: event.version?.number ?? null,
    deploymentId: event.deployment?.id ?? null,
    deploymentName: event.deployment?.name ?? null,
    data: { ...event.data },
  };
}
