import type { Database, Prisma, Transaction } from '../../platform/database/index.js';
import type { Evaluation, NewEvaluation } from './evaluation.js';

type Row = Prisma.EvaluationGetPayload<object>;

/** Rows of evaluations; they go with their version. */
export class EvaluationStore {
  constructor(private readonly database: Database) {}

  /** Once for each job, however often its end is reached. @returns null when it is there already */
  async keep(tx: Transaction, { report, metrics, ...columns }: NewEvaluation): Promise<Evaluation | null> {
    if (columns.jobId !== null) {
      const found = await tx.evaluation.findUnique({ where: { jobId: columns.jobId }, select: { id: true } });
      if (found) return null;
    }
    const data = { ...columns, metrics: JSON.stringify(metrics), report: JSON.stringify(report) };
    return toEvaluation(await tx.evaluation.create({ data }));
  }

  /** Newest first within each version. */
  async ofVersions(versionIds: readonly string[], most: number): Promise<Evaluation[]> {
    const rows = await Promise.all(
      versionIds.map((versionId) =>
        this.database.evaluation.findMany({
          where: { versionId },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: most,
        }),
      ),
    );
    return rows.flat().map(toEvaluation);
  }

  /** The newest of each version, set of rows and result; without what makes pictures. */
  async newestOfModel(modelId: string): Promise<(Evaluation & { readonly number: number })[]> {
    const rows = await this.database.$queryRaw<(Row & { readonly number: number })[]>`
      SELECT DISTINCT ON (v."number", e."dataset", e."result") v."number", e."id", e."versionId", e."jobId", e."dataset",
        e."artifact", e."result", e."rows", e."failed", e."metrics", '{}' AS "report", e."schedule", e."createdAt", e."createdBy"
      FROM "Evaluation" e JOIN "Version" v ON v."id" = e."versionId" WHERE v."modelId" = ${modelId}::uuid
      ORDER BY v."number", e."dataset", e."result", e."createdAt" DESC, e."id" DESC`;
    return rows.map(({ number, ...row }) => ({ number, ...toEvaluation(row) }));
  }
}

export function toEvaluation({ metrics, report, ...columns }: Row): Evaluation {
  return {
    ...columns,
    metrics: JSON.parse(metrics) as Evaluation['metrics'],
    report: JSON.parse(report) as Evaluation['report'],
  };
}
