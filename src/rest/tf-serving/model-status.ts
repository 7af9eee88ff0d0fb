import type { CatalogService } from '../../catalog/index.js';
import type { DeploymentService, DeploymentState, RevisionRecord } from '../../deployments/index.js';
import type { ServedModel } from '../served-models.js';

/** TensorFlow Serving's words for the states of a version. */
const VERSION_STATES: Readonly<Record<DeploymentState, string>> = {
  PENDING: 'START',
  LOADING: 'LOADING',
  WARMING: 'LOADING',
  READY: 'AVAILABLE',
  DRAINING: 'UNLOADING',
  STOPPED: 'END',
  FAILED: 'END',
};

/**
 * The answer to `GET /v1/models/M`: of a deployment, the version it stands for and others on their way up or down. A
 * version without a deployment is available, since its first call loads it.
 */
export async function modelStatus(
  { version, deployment }: ServedModel,
  services: { readonly catalog: CatalogService; readonly deployments: DeploymentService },
): Promise<object> {
  if (!deployment) return { model_version_status: [versionStatus(version.number, 'AVAILABLE', null)] };
  const { revision } = deployment;
  const moving = (await services.deployments.revisions([deployment.id])).filter(
    ({ versionId, state }) => versionId !== revision.versionId && state !== 'STOPPED' && state !== 'FAILED',
  );
  const shown = oneOfEachVersion([revision, ...moving]);
  const versions = await services.catalog.versionsByIds(shown.map(({ versionId }) => versionId));
  return {
    model_version_status: shown.flatMap(({ versionId, state, stateReason }) => {
      const number = versions.find(({ id }) => id === versionId)?.number;
      const error = state === 'FAILED' ? (stateReason ?? 'It failed to load.') : null;
      return number === undefined ? [] : [versionStatus(number, VERSION_STATES[state], error)];
    }),
  };
}

function oneOfEachVersion(revisions: readonly RevisionRecord[]): RevisionRecord[] {
  const seen = new Map<string, RevisionRecord>();
  for (const revision of revisions) if (!seen.has(revision.versionId)) seen.set(revision.versionId, revision);
  return [...seen.values()];
}

function versionStatus(version: number, state: string, error: string | null): object {
  return {
    version: String(version),
    state,
    status: { error_code: error === null ? 'OK' : 'FAILED_PRECONDITION', error_message: error ?? '' },
  };
}
