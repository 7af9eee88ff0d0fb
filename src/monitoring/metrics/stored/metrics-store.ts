import { Prisma, type Database, type Transaction } from '../../../platform/database/index.js';
import type { Range } from './cover.js';

/** A tally of one deployment over some seconds, as it is stored. */
export interface StoredTally {
  readonly deploymentId: string;
  /** How long it lasts: 10, 60 or 3,600. */
  readonly seconds: number;
  /** Seconds since 1970. */
  readonly start: number;
  /** Several of the same deployment and time, of different processes or written late, add up. */
  readonly run: number;
  readonly data: Uint8Array;
}

export type NewTally = Omit<StoredTally, 'seconds'>;

interface Row extends Omit<StoredTally, 'start'> {
  readonly start: Date;
}

const MAX_GAPS = 1_000;

/** Rows of what was measured. */
export class MetricsStore {
  constructor(private readonly database: Database) {}

  /**
   * Begins a run of this process, and notes the gap that an earlier one may have left which did not end its own.
   *
   * @returns the number that what it writes carries
   */
  begin(now: Date): Promise<number> {
    return this.database.$transaction(async (tx) => {
      const before = await tx.metricsRun.findUnique({ where: { id: 1 } });
      if (before && !before.closed)
        await tx.metricsGap.createMany({ data: [{ at: now }], skipDuplicates: true });
      const run = (before?.run ?? 0) + 1;
      await tx.metricsRun.upsert({
        where: { id: 1 },
        create: { run, closed: false },
        update: { run, closed: false },
      });
      return run;
    });
  }

  /** Everything that was measured is written. */
  async end(): Promise<void> {
    await this.database.metricsRun.updateMany({ data: { closed: true } });
  }

  async addGap(at: Date): Promise<void> {
    await this.database.metricsGap.createMany({ data: [{ at }], skipDuplicates: true });
  }

  /** When something before may be missing, oldest first. */
  async gaps(): Promise<Date[]> {
    const newest = await this.database.metricsGap.findMany({ orderBy: { at: 'desc' }, take: MAX_GAPS });
    return newest.map(({ at }) => at).reverse();
  }

  /** What was written before is not written again. */
  async write(tallies: readonly NewTally[], seconds: number): Promise<void> {
    await this.database.metricsTally.createMany({
      data: tallies.map(({ deploymentId, start, run, data }) => ({
        deploymentId,
        seconds,
        start: toDate(start),
        run,
        data: Uint8Array.from(data),
      })),
      skipDuplicates: true,
    });
  }

  /**
   * What the ranges hold, each counted once however far it has been put together: by the longest tallies that a range is
   * made of, and those shorter ones that are in no longer one yet.
   */
  async read(deploymentIds: readonly string[], ranges: readonly Range[]): Promise<StoredTally[]> {
    if (ranges.length === 0 || deploymentIds.length === 0) return [];
    const wanted = ranges.map(({ seconds, from, to }) => {
      const within = Prisma.sql`"start" >= ${toDate(from)} AND "start" < ${toDate(to)}`;
      return Prisma.sql`("seconds" = ${seconds} AND ${within}) OR ("seconds" < ${seconds} AND NOT "merged" AND ${within})`;
    });
    const rows = await this.database.$queryRaw<Row[]>`
      SELECT "deploymentId", "seconds", "start", "run", "data" FROM "MetricsTally"
      WHERE "deploymentId" = ANY(${[...deploymentIds]}::text[]) AND (${Prisma.join(wanted, ' OR ')})`;
    return rows.map(toTally);
  }

  /** Of every deployment, oldest first. */
  async readAll(seconds: number, from: number, to: number): Promise<StoredTally[]> {
    const rows = await this.database.metricsTally.findMany({
      where: { seconds, start: { gte: toDate(from), lt: toDate(to) } },
      orderBy: { start: 'asc' },
    });
    return rows.map(toTally);
  }

  /**
   * Puts tallies together into longer ones, in one transaction: each is in exactly one of them afterwards.
   *
   * @param step how long they are, how long they become, before which time, and at most how many
   * @returns how many were put together
   */
  rollUp(
    step: { readonly seconds: number; readonly into: number; readonly before: number; readonly take: number },
    join: (parts: readonly Uint8Array[]) => Uint8Array,
  ): Promise<number> {
    const { seconds, into, before, take } = step;
    return this.database.$transaction(async (tx) => {
      const parts = await tx.metricsTally.findMany({
        where: { seconds, merged: false, start: { lt: toDate(before) } },
        orderBy: { start: 'asc' },
        take,
      });
      if (parts.length === 0) return 0;
      const longer = new Map<string, { deploymentId: string; start: number; parts: Uint8Array[] }>();
      for (const { deploymentId, start, data } of parts) {
        const from = Math.floor(start.getTime() / 1_000 / into) * into;
        const key = keyOf(deploymentId, from);
        const found = longer.get(key) ?? { deploymentId, start: from, parts: [] };
        found.parts.push(data);
        longer.set(key, found);
      }
      const there = await this.there(tx, into, [...longer.values()]);
      const made = [...longer].map(([key, { deploymentId, start, parts: own }]) => {
        // What is in a longer one itself stays as it is; late parts get a row beside it.
        const rows = there.get(key) ?? [];
        const open = rows.find(({ merged }) => !merged);
        const run = open?.run ?? Math.max(-1, ...rows.map((row) => row.run)) + 1;
        return { deploymentId, start, run, data: join(open ? [open.data, ...own] : own) };
      });
      await replace(tx, made, into);
      await markMerged(tx, seconds, parts);
      return parts.length;
    });
  }

  /** @returns how many were removed: `take` at most, so that nobody waits long for it */
  async prune(seconds: number, before: number, take: number): Promise<number> {
    return this.database.$executeRaw`
      DELETE FROM "MetricsTally" WHERE ("deploymentId", "seconds", "start", "run") IN (
        SELECT "deploymentId", "seconds", "start", "run" FROM "MetricsTally"
        WHERE "seconds" = ${seconds} AND "start" < ${toDate(before)} AND ("merged" OR "seconds" = 3600) LIMIT ${take})`;
  }

  async pruneGaps(before: number): Promise<void> {
    await this.database.metricsGap.deleteMany({ where: { at: { lt: toDate(before) } } });
  }

  private async there(
    tx: Transaction,
    seconds: number,
    wanted: readonly { readonly deploymentId: string; readonly start: number }[],
  ) {
    const ids = [...new Set(wanted.map(({ deploymentId }) => deploymentId))];
    const starts = [...new Set(wanted.map(({ start }) => start))];
    const rows = await tx.metricsTally.findMany({
      where: { deploymentId: { in: ids }, seconds, start: { in: starts.map(toDate) } },
    });
    const found = new Map<string, typeof rows>();
    for (const row of rows) {
      const key = keyOf(row.deploymentId, row.start.getTime() / 1_000);
      found.set(key, [...(found.get(key) ?? []), row]);
    }
    return found;
  }
}

async function replace(tx: Transaction, tallies: readonly NewTally[], seconds: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "MetricsTally" ("deploymentId", "seconds", "start", "run", "data")
    SELECT id, ${seconds}, to_timestamp(start), run, decode(data, 'base64')
    FROM unnest(
      ${tallies.map(({ deploymentId }) => deploymentId)}::text[],
      ${tallies.map(({ start }) => start)}::float8[],
      ${tallies.map(({ run }) => run)}::int[],
      ${tallies.map(({ data }) => Buffer.from(data).toString('base64'))}::text[]
    ) AS t(id, start, run, data)
    ON CONFLICT ("deploymentId", "seconds", "start", "run") DO UPDATE SET "data" = EXCLUDED."data"`;
}

async function markMerged(
  tx: Transaction,
  seconds: number,
  rows: readonly { readonly deploymentId: string; readonly start: Date; readonly run: number }[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "MetricsTally" m SET "merged" = true
    FROM unnest(
      ${rows.map(({ deploymentId }) => deploymentId)}::text[],
      ${rows.map(({ start }) => start.getTime() / 1_000)}::float8[],
      ${rows.map(({ run }) => run)}::int[]
    ) AS t(id, start, run)
    WHERE m."deploymentId" = t.id AND m."seconds" = ${seconds} AND m."start" = to_timestamp(t.start) AND m."run" = t.run`;
}

function toTally({ deploymentId, seconds, start, run, data }: Row): StoredTally {
  return { deploymentId, seconds, start: start.getTime() / 1_000, run, data };
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function keyOf(deploymentId: string, start: number): string {
  return `${start} ${deploymentId}`;
}
