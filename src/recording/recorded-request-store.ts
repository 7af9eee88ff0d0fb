import type { Window } from '../catalog/index.js';
import type { RecordingSettings } from '../deployments/index.js';
import { Prisma, type Database } from '../platform/database/index.js';
import type { Asked } from './asked.js';
import { requestContent, type RequestContent } from './request-content.js';

/** A request that is about to be kept. */
export interface NewRequest {
  readonly versionId: string;
  readonly operation: Asked['operation'];
  readonly rows: number;
  readonly text: string;
  readonly at: Date;
}

/** A request that was kept, without what was asked: that is read apart. */
export interface RecordedRequestRecord {
  /** Ids rise with time. */
  readonly id: bigint;
  readonly deploymentId: string;
  /** The version that answered. */
  readonly versionId: string;
  readonly operation: Asked['operation'];
  readonly rows: number;
  /** Of what was asked, as it is kept. */
  readonly bytes: number;
  readonly at: Date;
}

const COLUMNS = Prisma.sql`r."id", r."deploymentId", r."versionId", r."operation"::text AS "operation", r."rows", r."bytes", r."at"`;

/** Rows of recorded requests: a ring for each deployment. */
export class RecordedRequestStore {
  constructor(private readonly database: Database) {}

  /**
   * Keeps requests, and drops the oldest beyond the limits. Keeps none of a deployment that is gone, or was told to
   * record no longer, and none that was answered before the deployment was cleared: whoever does either takes the same
   * lock first and removes what is there, so that nothing is kept after it was removed.
   */
  async add(
    deploymentId: string,
    requests: readonly NewRequest[],
    { maxRequests, maxBytes }: RecordingSettings,
  ): Promise<void> {
    await this.database.$transaction(async (tx) => {
      const [found] = await tx.$queryRaw<
        { recordedAfter: Date | null }[]
      >`SELECT "recordedAfter" FROM "Deployment" WHERE "id" = ${deploymentId}::uuid FOR SHARE`;
      if (!found) return;
      const { recordedAfter } = found;
      // A statement of its own, since it has to see what was committed while the lock was waited for.
      const newest = await tx.deploymentRevision.findFirst({
        where: { deploymentId },
        orderBy: { number: 'desc' },
        select: { recording: true },
      });
      if (!newest?.recording) return;
      await tx.recordedRequest.createMany({
        data: requests
          .filter(({ at }) => recordedAfter === null || at > recordedAfter)
          .map(({ text, ...request }) => ({
            ...request,
            deploymentId,
            content: text,
            bytes: Buffer.byteLength(text),
          })),
      });
      await tx.$executeRaw`
        DELETE FROM "RecordedRequest" r USING (
          SELECT "id", row_number() OVER newest AS place, sum("bytes") OVER newest AS total
          FROM "RecordedRequest" WHERE "deploymentId" = ${deploymentId}::uuid WINDOW newest AS (ORDER BY "id" DESC)
        ) k
        WHERE r."id" = k."id" AND (k.place > ${maxRequests} OR k.total > ${maxBytes})`;
    });
  }

  /** The same page of what each deployment has recorded, newest first; positions are ids. */
  async pages(
    deploymentIds: readonly string[],
    window: Window<bigint>,
    operation?: Asked['operation'],
  ): Promise<RecordedRequestRecord[]> {
    const after = window.after === undefined ? Prisma.empty : Prisma.sql`AND n."id" < ${window.after}`;
    const before = window.before === undefined ? Prisma.empty : Prisma.sql`AND n."id" > ${window.before}`;
    const only =
      operation === undefined
        ? Prisma.empty
        : Prisma.sql`AND n."operation" = ${operation}::"RecordedOperation"`;
    const direction = window.fromEnd ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    return this.database.$queryRaw<RecordedRequestRecord[]>`
      SELECT ${COLUMNS}
      FROM unnest(${[...deploymentIds]}::uuid[]) AS d(id) CROSS JOIN LATERAL (
        SELECT * FROM "RecordedRequest" n WHERE n."deploymentId" = d.id ${after} ${before} ${only}
        ORDER BY n."id" ${direction} LIMIT ${window.take}
      ) r
      ORDER BY r."deploymentId", r."id" DESC`;
  }

  count(deploymentId: string): Promise<number> {
    return this.database.recordedRequest.count({ where: { deploymentId } });
  }

  /** What was asked; of requests that were dropped meanwhile nothing. */
  async contents(ids: readonly bigint[]): Promise<{ id: bigint; content: RequestContent }[]> {
    const rows = await this.database.recordedRequest.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, operation: true, content: true },
    });
    return rows.map(({ id, operation, content }) => ({ id, content: requestContent(operation, content) }));
  }
}
