import type { DeploymentRecord, MigrationProgress, MigrationRecord } from '../deployments/index.js';

/** A migration with its deployment, by whose name what is seen of it at the moment is found. */
export interface MigrationOfDeployment extends MigrationRecord {
  readonly of: DeploymentRecord;
  /** Null when it has ended. */
  readonly progress: MigrationProgress | null;
}
