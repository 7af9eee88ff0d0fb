import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import type { RemoteEngines } from '../../runtime/index.js';
import { checkCacheable } from '../harness/determinism.js';
import type { DeploymentSettings } from '../records.js';
import { checkLoggedFields } from './prediction-log-input.js';

/** What a version's settings have to fit besides themselves. */
export interface SettingsSurroundings {
  readonly catalog: Pick<CatalogService, 'artifactsByDigests'>;
  readonly remotes: Pick<RemoteEngines, 'check'>;
}

/** @throws DomainError INVALID_ARGUMENT */
export async function checkSettings(
  { catalog, remotes }: SettingsSurroundings,
  { cache, predictionLog, runtime }: DeploymentSettings,
  version: VersionRecord,
): Promise<void> {
  const { remote } = runtime;
  if (remote) await remotes.check(remote, ['runtime', 'remote']);
  if (cache) await checkCacheable(catalog, version, remote);
  checkLoggedFields(predictionLog, version);
}

/** The settings for another version of the model: the server that runs this one does not run that. */
export function forAnotherVersion(settings: DeploymentSettings): DeploymentSettings {
  return { ...settings, runtime: { ...settings.runtime, remote: null } };
}
