import type { Database, Prisma } from '../../platform/database/index.js';
import type { Evaluation, NewEvaluation } from './evaluation.js';

type Row = Prisma.EvaluationGetPayload<object>;

/** Rows of evaluations; they go with their version. */
export class EvaluationStore {
  constructor(private readonly database: Database) {}

  /** Once for each job, however often its end is reached. */
  async keep({ report, metrics, ...columns }: NewEvaluation): Promise<Evaluation> {
    const data = {
      ...columns,
      metrics: JSON.stringify(metrics),
      report: JSON.stringify(report),
    };
    const row = await this.database.evaluation.upsert({
      where: { jobId: columns.jobId },
      create: data,
      update: {},
    });
    return toRecord(row);
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
    return rows.flat().map(toRecord);
  }
}

function toRecord({ metrics, report, ...columns }: Row): Evaluation {
  return {
    ...columns,
    metrics: JSON.parse(metrics) as Evaluation['metrics'],
    report: JSON.parse(report) as Evaluation['report'],
  };
}
