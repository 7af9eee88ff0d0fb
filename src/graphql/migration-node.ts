import type { DeploymentRecord, MigrationProgress, MigrationRecord } from '../deployments/index.js';
import type { RequestContext } from './context.js';

/** A migration with its deployment, by whose name what is seen of it at the moment is found. */
export interface MigrationOfDeployment extends MigrationRecord {
  readonly of: DeploymentRecord;
  /** Null when it has ended. */
  readonly progress: MigrationProgress | null;
}

export function migrationOf(
  { deployments }: Pick<RequestContext, 'deployments'>,
  of: DeploymentRecord,
  migration: MigrationRecord,
): MigrationOfDeployment {
  return { ...migration, of, progress: deployments.migrations.progressOf(of.name, migration) };
}

/** Null when it, or its deployment, is not there any more. */
export async function migrationById(
  id: string,
  context: RequestContext,
): Promise<MigrationOfDeployment | null> {
  const migration = await context.loaders.migration.load(id);
  if (!migration) return null;
  const of = await context.loaders.deployment.load(migration.deploymentId);
  return of && migrationOf(context, of, migration);
}
