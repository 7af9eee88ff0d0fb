import type { VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { DeploymentTarget } from './deployment-requests.js';
import type { DeploymentPageQuery, DeploymentRecord } from './records.js';

/** Where deployments are found. */
interface Deployments {
  find(name: string): Promise<DeploymentRecord | null>;
  page(query: DeploymentPageQuery): Promise<DeploymentRecord[]>;
}

/** @throws DomainError DEPLOYMENT_NOT_FOUND */
export async function requireDeployment(
  store: Deployments,
  name: string,
  field: readonly string[] = ['name'],
): Promise<DeploymentRecord> {
  const deployment = await store.find(name);
  if (deployment) return deployment;
  const known = (await store.page({ take: 10, fromEnd: false })).map((other) => `"${other.name}"`);
  throw new DomainError(
    'DEPLOYMENT_NOT_FOUND',
    `There is no deployment "${name}". ${known.length > 0 ? `There are ${known.join(', ')}.` : 'Make one with deployVersion.'}`,
    { field },
  );
}

export async function servesNothing(store: Deployments, name: string): Promise<DomainError> {
  return notServing(await requireDeployment(store, name, ['deployment']));
}

/** For what can only be done to a deployment that serves. */
function notServing({ name, state, stateReason }: DeploymentRecord): DomainError {
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Expected a deployment that serves, got "${name}", which is ${state}${stateReason === null ? '' : ` (${stateReason})`}. ` +
      'Start it with deployVersion, or wait until it is READY.',
    { field: ['deployment'] },
  );
}

/** For a request to what does not serve. */
export async function notReady(store: Deployments, name: string): Promise<DomainError> {
  const { state, stateReason } = await requireDeployment(store, name, ['deployment']);
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Deployment "${name}" is ${state}${stateReason ? ` (${stateReason})` : ''}. ` +
      'Deploy a version under this name with deployVersion, then try again.',
    { field: ['deployment'] },
  );
}

/** For a request that wants certain versions, of a deployment that serves others. */
export function wantedNotServed(
  name: string,
  arms: readonly { readonly serving: { readonly version: VersionRecord } }[],
  { pin = '', among }: DeploymentTarget,
): DomainError {
  const isServed = among && arms.some(({ serving }) => among.has(serving.version));
  return among && !isServed ? among.refusal() : pinNotServed(name, arms, pin);
}

function pinNotServed(
  name: string,
  arms: readonly { readonly serving: { readonly version: { readonly ref: string } } }[],
  pin: string,
): DomainError {
  const served = new Set(arms.map(({ serving }) => serving.version.ref));
  return new DomainError(
    'VERSION_NOT_SERVED',
    `Expected pin to name a version that deployment "${name}" serves (${[...served].join(', ')}), got ${pin}.`,
    { field: ['pin'] },
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
