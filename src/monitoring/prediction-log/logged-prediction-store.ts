import type { Window } from '../../catalog/index.js';
import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import { contentFromText } from './logged-content.js';
import type {
  LoggedPredictionFilter,
  LoggedPredictionRecord,
  NewLoggedPrediction,
  OutcomeRecord,
} from './records.js';

type Row = Omit<LoggedPredictionRecord, 'content' | 'outcome'> & {
  readonly content: string;
  readonly measured: string | null;
  readonly measuredAt: Date | null;
  readonly recordedAt: Date | null;
  readonly recordedBy: string | null;
  readonly reason: string | null;
  readonly replacements: number | null;
};

const COLUMNS = Prisma.sql`p."seq", p."id", p."deploymentId", p."versionId", p."operation"::text AS "operation", p."rows", p."at",
  p."totalMs", p."queueMs", p."runMs", p."errorCode", p."number", p."content", p."bytes",
  o."value" AS "measured", o."at" AS "measuredAt", o."recordedAt", o."recordedBy", o."reason", o."replacements"`;
const JOINED = Prisma.sql`"LoggedPrediction" p LEFT JOIN "Outcome" o ON o."predictionId" = p."id"`;
/** Removed in one statement: a longer one would hold up everybody. */
const REMOVED_AT_ONCE = 5_000;

/** Rows of logged predictions, with what was measured of them. */
export class LoggedPredictionStore {
  constructor(private readonly database: Database) {}

  /**
   * Keeps predictions, unless the deployment is gone or was told to log no longer: whoever does so takes the same lock first
   * and removes what is there.
   */
  async add(deploymentId: string, predictions: readonly NewLoggedPrediction[]): Promise<void> {
    await this.database.$transaction(async (tx) => {
      const found = await tx.$queryRaw<
        unknown[]
      >`SELECT 1 FROM "Deployment" WHERE "id" = ${deploymentId}::uuid FOR SHARE`;
      if (found.length === 0) return;
      // A statement of its own, since it has to see what was committed while the lock was waited for.
      const newest = await tx.deploymentRevision.findFirst({
        where: { deploymentId },
        orderBy: { number: 'desc' },
        select: { predictionLog: true },
      });
      if (!newest?.predictionLog) return;
      await tx.loggedPrediction.createMany({
        data: predictions.map((prediction) => ({ ...prediction, deploymentId })),
        skipDuplicates: true,
      });
    });
  }

  /** Newest first; positions are `seq`. @param keptSince what is older has expired, whether or not it is gone yet */
  async page(
    deploymentId: string,
    filter: LoggedPredictionFilter,
    keptSince: Date,
    window: Window<bigint>,
  ): Promise<LoggedPredictionRecord[]> {
    const { after, before, take, fromEnd } = window;
    const conditions = [
      ...conditionsOf(deploymentId, filter, keptSince),
      ...(after === undefined ? [] : [Prisma.sql`p."seq" < ${after}`]),
      ...(before === undefined ? [] : [Prisma.sql`p."seq" > ${before}`]),
    ];
    const direction = fromEnd ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const rows = await this.database.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${JOINED} WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY p."seq" ${direction} LIMIT ${take}`;
    return (fromEnd ? rows.reverse() : rows).map(toRecord);
  }

  async count(deploymentId: string, filter: LoggedPredictionFilter, keptSince: Date): Promise<number> {
    const conditions = Prisma.join(conditionsOf(deploymentId, filter, keptSince), ' AND ');
    const [row] = await this.database.$queryRaw<
      { count: bigint }[]
    >`SELECT count(*) AS "count" FROM ${JOINED} WHERE ${conditions}`;
    return Number(row?.count ?? 0);
  }

  async find(id: string): Promise<LoggedPredictionRecord | null> {
    const [row] = await this.database.$queryRaw<Row[]>`SELECT ${COLUMNS} FROM ${JOINED} WHERE p."id" = ${id}`;
    return row ? toRecord(row) : null;
  }

  /** Those of which something was measured, newest measurement first. */
  async measured(
    deploymentId: string,
    {
      since,
      until,
      versionId,
      keptSince,
      take,
    }: {
      readonly since: Date;
      readonly until?: Date;
      readonly versionId?: string;
      readonly keptSince: Date;
      readonly take: number;
    },
  ): Promise<LoggedPredictionRecord[]> {
    const conditions = [
      Prisma.sql`p."deploymentId" = ${deploymentId}::uuid`,
      Prisma.sql`p."at" >= ${keptSince}`,
      Prisma.sql`o."at" >= ${since}`,
      ...(until === undefined ? [] : [Prisma.sql`o."at" <= ${until}`]),
      ...(versionId === undefined ? [] : [Prisma.sql`p."versionId" = ${versionId}::uuid`]),
    ];
    const rows = await this.database.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${JOINED} WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY o."at" DESC LIMIT ${take}`;
    return rows.map(toRecord);
  }

  /** Keeps the row until the transaction ends. @returns false when it is gone */
  async hold(tx: Transaction, id: string): Promise<boolean> {
    const found = await tx.$queryRaw<
      unknown[]
    >`SELECT 1 FROM "LoggedPrediction" WHERE "id" = ${id} FOR UPDATE`;
    return found.length > 0;
  }

  /** @returns what was there before; null when nothing was */
  async setOutcome(
    tx: Transaction,
    outcome: Pick<OutcomeRecord, 'predictionId' | 'value' | 'at' | 'recordedBy' | 'reason'>,
  ): Promise<{ readonly stored: OutcomeRecord; readonly previous: unknown }> {
    const { predictionId, value, ...rest } = outcome;
    const before = await tx.outcome.findUnique({ where: { predictionId } });
    const data = { ...rest, value: JSON.stringify(value), recordedAt: new Date() };
    const row = await tx.outcome.upsert({
      where: { predictionId },
      create: { predictionId, ...data },
      update: { ...data, replacements: { increment: 1 } },
    });
    return { stored: { ...row, value }, previous: before ? JSON.parse(before.value) : undefined };
  }

  async remove(
    tx: Transaction,
    deploymentId: string,
    which: { readonly subject: string } | { readonly ids: readonly string[] },
  ): Promise<number> {
    const wanted = 'subject' in which ? { subject: which.subject } : { id: { in: [...which.ids] } };
    const { count } = await tx.loggedPrediction.deleteMany({ where: { deploymentId, ...wanted } });
    return count;
  }

  /** The deployments that have some, with how many bytes. */
  async sizes(): Promise<{ deploymentId: string; bytes: number }[]> {
    const rows = await this.database.loggedPrediction.groupBy({
      by: ['deploymentId'],
      _sum: { bytes: true },
    });
    return rows.map(({ deploymentId, _sum }) => ({ deploymentId, bytes: _sum.bytes ?? 0 }));
  }

  async sizeOf(deploymentId: string): Promise<number> {
    const { _sum } = await this.database.loggedPrediction.aggregate({
      where: { deploymentId },
      _sum: { bytes: true },
    });
    return _sum.bytes ?? 0;
  }

  async removeBefore(deploymentId: string, cutoff: Date): Promise<void> {
    let removed = REMOVED_AT_ONCE;
    while (removed === REMOVED_AT_ONCE)
      removed = await this.database.$executeRaw`
        DELETE FROM "LoggedPrediction" WHERE "seq" IN (SELECT "seq" FROM "LoggedPrediction"
          WHERE "deploymentId" = ${deploymentId}::uuid AND "at" < ${cutoff} LIMIT ${REMOVED_AT_ONCE})`;
  }

  /** Removes the oldest until the rest takes no more than so many bytes. @returns the bytes that are left */
  async removeBeyond(deploymentId: string, maxBytes: number): Promise<number> {
    await this.database.$executeRaw`
      DELETE FROM "LoggedPrediction" p USING (
        SELECT "seq", sum("bytes") OVER (ORDER BY "seq" DESC) AS total
        FROM "LoggedPrediction" WHERE "deploymentId" = ${deploymentId}::uuid
      ) k WHERE p."seq" = k."seq" AND k.total > ${maxBytes}`;
    return this.sizeOf(deploymentId);
  }
}

function conditionsOf(deploymentId: string, filter: LoggedPredictionFilter, keptSince: Date): Prisma.Sql[] {
  const { since, until, versionId, text, minValue, maxValue, subject, failed, errorCode, measured } = filter;
  const conditions = [
    Prisma.sql`p."deploymentId" = ${deploymentId}::uuid`,
    Prisma.sql`p."at" >= ${keptSince}`,
  ];
  const add = (value: unknown, condition: () => Prisma.Sql) => {
    if (value !== undefined && value !== null) conditions.push(condition());
  };
  add(since, () => Prisma.sql`p."at" >= ${since}`);
  add(until, () => Prisma.sql`p."at" < ${until}`);
  add(versionId, () => Prisma.sql`p."versionId" = ${versionId}::uuid`);
  // As JSON writes it.
  const written = JSON.stringify(text ?? '').slice(1, -1);
  add(text, () => Prisma.sql`strpos(lower(p."content"), lower(${written})) > 0`);
  add(minValue, () => Prisma.sql`p."number" >= ${minValue}`);
  add(maxValue, () => Prisma.sql`p."number" <= ${maxValue}`);
  add(subject, () => Prisma.sql`p."subject" = ${subject}`);
  add(failed, () => (failed ? Prisma.sql`p."errorCode" IS NOT NULL` : Prisma.sql`p."errorCode" IS NULL`));
  add(errorCode, () => Prisma.sql`p."errorCode" = ${errorCode}`);
  add(measured, () => (measured ? Prisma.sql`o."value" IS NOT NULL` : Prisma.sql`o."value" IS NULL`));
  return conditions;
}

function toRecord(row: Row): LoggedPredictionRecord {
  const { content, measured, measuredAt, recordedAt, recordedBy, reason, replacements, ...rest } = row;
  const outcome: OutcomeRecord | null =
    measured === null || measuredAt === null || recordedAt === null || recordedBy === null
      ? null
      : {
          predictionId: rest.id,
          value: JSON.parse(measured) as unknown,
          at: measuredAt,
          recordedAt,
          recordedBy,
          reason,
          replacements: replacements ?? 0,
        };
  return { ...rest, content: contentFromText(content), outcome };
}
