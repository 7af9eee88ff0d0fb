import { DomainError } from '../platform/errors.js';
import type { DeploymentRecord } from './records.js';

/** For what can only be done to a deployment that serves. */
export function notServing({ name, state, stateReason }: DeploymentRecord): DomainError {
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Expected a deployment that serves, got "${name}", which is ${state}${stateReason === null ? '' : ` (${stateReason})`}. ` +
      'Start it with deployVersion, or wait until it is READY.',
    { field: ['deployment'] },
  );
}

export function migrationInProgress(
  name: string,
  { toRevision, state }: { readonly toRevision: number; readonly state: string },
): DomainError {
  return new DomainError(
    'MIGRATION_IN_PROGRESS',
    `Deployment "${name}" is being migrated to its revision ${toRevision} (${state}). Wait for its end, or end it with abortMigration.`,
    { field: ['deployment'] },
  );
}

export function trafficSplit(
  name: string,
  shares: readonly { readonly revision: { readonly number: number }; readonly weight: number }[],
): DomainError {
  const told = shares.map(({ revision, weight }) => `revision ${revision.number} (${weight.toFixed(1)} %)`);
  return new DomainError(
    'TRAFFIC_SPLIT',
    `Deployment "${name}" divides its traffic among ${told.join(', ')}. Give all of it to one version with setTraffic first.`,
    { field: ['deployment'] },
  );
}
