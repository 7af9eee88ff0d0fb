import type { Database, Transaction } from '../database/index.js';
import { DomainError } from '../errors.js';
import {
  filterToWhere,
  REQUEST_EVENT_KINDS,
  type EventFilter,
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

export class EventStore {
  constructor(private readonly database: Database) {}

  /**
   * Must be the last statements of a transaction: the row lock on the counter is held until the commit, so cursors
   * become visible in order and a reader that has seen n has seen everything before n.
   */
  async append(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { last } = await tx.eventCursor.update({
      where: { id: 1 },
      data: { last: { increment: events.length } },
      select: { last: true },
    });
    const first = last - BigInt(events.length) + 1n;
    await tx.event.createMany({ data: events.map((event, index) => toRow(event, first + BigInt(index))) });
  }

  async latest(): Promise<bigint> {
    return (await this.counter()).last;
  }

  async prunedThrough(): Promise<bigint> {
    return (await this.counter()).prunedThrough;
  }

  async page({ filter = {}, after, before, take, fromEnd }: EventPageQuery): Promise<EventRecord[]> {
    const rows = await this.database.event.findMany({
      where: {
        ...filterToWhere(filter),
        cursor: { ...(after !== undefined && { gt: after }), ...(before !== undefined && { lt: before }) },
      },
      orderBy: { cursor: fromEnd ? 'desc' : 'asc' },
      take,
    });
    const records = rows.map((row) => ({ ...row, data: row.data as JsonObject }));
    return fromEnd ? records.reverse() : records;
  }

  count(filter: EventFilter = {}): Promise<number> {
    return this.database.event.count({ where: filterToWhere(filter) });
  }

  /** Deletes request events older than `cutoff` and remembers how far, so that a resuming subscriber is told. */
  async prune(cutoff: Date): Promise<number> {
    return this.database.$transaction(async (tx) => {
      const where = { kind: { in: [...REQUEST_EVENT_KINDS] }, at: { lt: cutoff } };
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

  private async counter(): Promise<{ last: bigint; prunedThrough: bigint }> {
    const counter = await this.database.eventCursor.findUnique({ where: { id: 1 } });
    if (!counter) throw new DomainError('INTERNAL', 'The event counter is missing from the database.');
    return counter;
  }
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
