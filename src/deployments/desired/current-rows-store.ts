import type { Prisma, Transaction } from '../../platform/database/index.js';

type RevisionRow = Prisma.DeploymentRevisionGetPayload<object>;
type MigrationRow = Prisma.MigrationGetPayload<object>;

export interface CurrentRows {
  readonly revisions: readonly RevisionRow[];
  /** The latest of each deployment that has had any. */
  readonly migrations: readonly MigrationRow[];
}

/** As JSON, in which moments are texts. */
type MigrationJson = Omit<MigrationRow, Moment> & Readonly<Record<Moment, string | null>>;
type Moment = 'createdAt' | 'stepAt' | 'endedAt';

/**
 * What tells what deployments are now, in no particular order: their revisions that are READY, the newest primary and the
 * newest of each; those that ended before are many, and of no interest to a list of deployments. One statement, so that
 * no migration has ended in what is read beside a revision that it has replaced.
 */
export async function currentRows(tx: Transaction, deploymentIds: readonly string[]): Promise<CurrentRows> {
  if (deploymentIds.length === 0) return { revisions: [], migrations: [] };
  const rows = await tx.$queryRaw<(RevisionRow & { readonly migration: MigrationJson | null })[]>`
    SELECT r.*, CASE WHEN r."number" = max(r."number") OVER (PARTITION BY r."deploymentId") THEN (
      SELECT to_jsonb(m) FROM "Migration" m WHERE m."deploymentId" = r."deploymentId" ORDER BY m."number" DESC LIMIT 1
    ) END AS "migration"
    FROM unnest(${[...deploymentIds]}::uuid[]) AS k(deployment) CROSS JOIN LATERAL (
      SELECT a."id" FROM "DeploymentRevision" a WHERE a."deploymentId" = k.deployment AND a."state" = 'READY'
      UNION
      (SELECT p."id" FROM "DeploymentRevision" p WHERE p."deploymentId" = k.deployment AND p."role" = 'PRIMARY'
       ORDER BY p."number" DESC LIMIT 1)
      UNION
      (SELECT n."id" FROM "DeploymentRevision" n WHERE n."deploymentId" = k.deployment ORDER BY n."number" DESC LIMIT 1)
    ) c JOIN "DeploymentRevision" r ON r."id" = c."id"`;
  const migrations: MigrationRow[] = [];
  const revisions = rows.map(({ migration, ...revision }) => {
    if (migration !== null) migrations.push(fromJson(migration));
    return revision;
  });
  return { revisions, migrations };
}

function fromJson({ createdAt, stepAt, endedAt, ...row }: MigrationJson): MigrationRow {
  const moment = (text: string | null) => (text === null ? null : new Date(text));
  return { ...row, createdAt: new Date(createdAt ?? 0), stepAt: moment(stepAt), endedAt: moment(endedAt) };
}
