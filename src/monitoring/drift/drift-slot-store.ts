import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import { addCounts, countsFromText, countsToText, noCounts, type FeatureCounts } from './live-counts.js';
import type { Reference } from './reference.js';

export const MINUTE = 60;
export const HOUR = 3_600;

/** What is counted for: requests of one deployment to one version. */
export interface Counted {
  readonly reference: Reference;
  readonly deploymentId: string;
}

export interface CountedWindow {
  /** Null when nothing was counted. */
  readonly firstAt: Date | null;
  readonly counts: FeatureCounts[];
}

/** Rows of what was counted: of a minute each, later of an hour. */
export class DriftSlotStore {
  constructor(private readonly database: Database) {}

  /** Adds to spans of a minute. @returns false when the reference was replaced, or the deployment is gone */
  async add(
    counted: Counted,
    spans: readonly { readonly at: Date; readonly counts: readonly FeatureCounts[] }[],
  ): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      if (!(await this.holds(tx, counted))) return false;
      for (const { at, counts } of spans) await this.addOne(tx, counted, MINUTE, at, counts);
      return true;
    });
  }

  /** Of what is anything kept: the ids of the reference and the deployment. */
  async kept(): Promise<{ referenceId: string; deploymentId: string }[]> {
    return this.database.driftSlot.findMany({
      distinct: ['referenceId', 'deploymentId'],
      select: { referenceId: true, deploymentId: true },
    });
  }

  /** All that was counted of spans that begin at or after `since`. */
  async sum({ reference, deploymentId }: Counted, since: Date): Promise<CountedWindow> {
    const rows = await this.database.driftSlot.findMany({
      where: { referenceId: reference.id, deploymentId, at: { gte: since } },
      orderBy: { at: 'asc' },
      select: { at: true, content: true },
    });
    const counts = noCounts(reference);
    for (const { content } of rows) addCounts(counts, countsFromText(reference, content));
    return { firstAt: rows[0]?.at ?? null, counts };
  }

  /** Which references have minutes from before `cutoff`, with the deployment and the hour. */
  async oldMinutes(cutoff: Date): Promise<{ referenceId: string; deploymentId: string; hour: Date }[]> {
    return this.database.$queryRaw`
      SELECT DISTINCT "referenceId", "deploymentId", date_trunc('hour', "at", 'UTC') AS "hour"
      FROM "DriftSlot" WHERE "seconds" = ${MINUTE} AND "at" < ${cutoff} ORDER BY "hour"`;
  }

  /** Makes one span of an hour of its minutes. */
  async joinMinutes(counted: Counted, hour: Date): Promise<void> {
    const { reference, deploymentId } = counted;
    await this.database.$transaction(async (tx) => {
      if (!(await this.holds(tx, counted))) return;
      const where = {
        referenceId: reference.id,
        deploymentId,
        seconds: MINUTE,
        at: { gte: hour, lt: new Date(hour.getTime() + HOUR * 1_000) },
      };
      const minutes = await tx.driftSlot.findMany({ where, select: { content: true } });
      const counts = noCounts(reference);
      for (const { content } of minutes) addCounts(counts, countsFromText(reference, content));
      await this.addOne(tx, counted, HOUR, hour, counts);
      await tx.driftSlot.deleteMany({ where });
    });
  }

  async removeBefore(cutoff: Date): Promise<void> {
    await this.database.driftSlot.deleteMany({ where: { at: { lt: cutoff } } });
  }

  async references(ids: readonly string[]): Promise<{ id: string; versionId: string }[]> {
    return this.database.versionReference.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, versionId: true },
    });
  }

  /** Keeps both until the transaction ends. */
  private async holds(tx: Transaction, { reference, deploymentId }: Counted): Promise<boolean> {
    const found = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "VersionReference" r, "Deployment" d
      WHERE r."id" = ${reference.id}::uuid AND d."id" = ${deploymentId}::uuid FOR SHARE`;
    return found.length > 0;
  }

  private async addOne(
    tx: Transaction,
    { reference, deploymentId }: Counted,
    seconds: number,
    at: Date,
    more: readonly FeatureCounts[],
  ): Promise<void> {
    const [found] = await tx.$queryRaw<{ content: string }[]>`
      SELECT "content" FROM "DriftSlot" WHERE "referenceId" = ${reference.id}::uuid
        AND "deploymentId" = ${deploymentId}::uuid AND "seconds" = ${seconds} AND "at" = ${at} FOR UPDATE`;
    const counts = found ? countsFromText(reference, found.content) : noCounts(reference);
    addCounts(counts, more);
    const content = countsToText(counts);
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO "DriftSlot" ("referenceId", "deploymentId", "seconds", "at", "content")
      VALUES (${reference.id}::uuid, ${deploymentId}::uuid, ${seconds}, ${at}, ${content})
      ON CONFLICT ("referenceId", "deploymentId", "seconds", "at") DO UPDATE SET "content" = ${content}`);
  }
}
