import type { Prisma, Transaction } from '../platform/database/index.js';

/**
 * What tells what deployments are now, in no particular order: their revisions that are READY, the newest primary and the
 * newest of each. Those that ended before are many, and of no interest to a list of deployments.
 */
export async function currentRevisionRows(
  tx: Transaction,
  deploymentIds: readonly string[],
): Promise<Prisma.DeploymentRevisionGetPayload<object>[]> {
  if (deploymentIds.length === 0) return [];
  return tx.$queryRaw`
    SELECT r.*
    FROM unnest(${[...deploymentIds]}::uuid[]) AS k(deployment) CROSS JOIN LATERAL (
      SELECT a."id" FROM "DeploymentRevision" a WHERE a."deploymentId" = k.deployment AND a."state" = 'READY'
      UNION
      (SELECT p."id" FROM "DeploymentRevision" p WHERE p."deploymentId" = k.deployment AND p."role" = 'PRIMARY'
       ORDER BY p."number" DESC LIMIT 1)
      UNION
      (SELECT n."id" FROM "DeploymentRevision" n WHERE n."deploymentId" = k.deployment ORDER BY n."number" DESC LIMIT 1)
    ) c JOIN "DeploymentRevision" r ON r."id" = c."id"`;
}
