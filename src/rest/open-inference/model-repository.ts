import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import {
  deploymentPages,
  settingsOf,
  type DeploymentRecord,
  type DeploymentService,
  type DeploymentState,
} from '../../deployments/index.js';
import type { Caller } from '../../security/index.js';
import type { ServedModels } from '../served-models.js';
import { notReady } from './model-description.js';

const PAGE = 100;

/** Triton's words for the states of a model. */
const REPOSITORY_STATES: Readonly<Record<DeploymentState, string>> = {
  PENDING: 'LOADING',
  LOADING: 'LOADING',
  WARMING: 'LOADING',
  READY: 'READY',
  DRAINING: 'UNLOADING',
  STOPPED: 'UNAVAILABLE',
  FAILED: 'UNAVAILABLE',
};

export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly reason: string;
}

/**
 * The model repository extension over the catalog and its deployments. What can be called is a deployment; what could be
 * loaded is a model that has none of its name.
 */
export class ModelRepository {
  constructor(
    private readonly deps: {
      readonly models: ServedModels;
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
    },
  ) {}

  async index(options: { readonly ready: boolean }): Promise<RepositoryEntry[]> {
    const deployments = await this.allDeployments();
    const deployed = await this.deployedEntries(deployments);
    if (options.ready) return deployed.filter(({ state }) => state === 'READY');
    const taken = new Set(deployments.map(({ name }) => name));
    return [...deployed, ...(await this.loadableEntries(taken))];
  }

  /**
   * Brings back the version a deployment stands for, or deploys the model's default version under the model's name.
   *
   * @throws DomainError MODEL_NOT_FOUND, VERSION_NOT_FOUND, MODEL_ARCHIVED, DEPLOYMENT_NOT_READY with the reason when it
   * does not come up
   */
  async load(caller: Caller, name: string): Promise<void> {
    const { version, deployment } = await this.deps.models.describe(name);
    const loaded = await this.deps.deployments.deploy(caller, {
      name,
      version: version.ref,
      ...(deployment && settingsOf(deployment.revision)),
    });
    if (loaded.state !== 'READY') throw notReady(loaded);
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND */
  async unload(caller: Caller, name: string): Promise<void> {
    await this.deps.deployments.undeploy(caller, { name });
  }

  /** What is deployed and not stopped, with the version that answers. */
  async deployed(): Promise<{ readonly name: string; readonly version: VersionRecord }[]> {
    const running = (await this.allDeployments()).filter(({ state }) => state !== 'STOPPED');
    const ids = [...new Set(running.map(({ revision }) => revision.versionId))];
    const versions = new Map((await this.deps.catalog.versionsByIds(ids)).map((found) => [found.id, found]));
    return running.flatMap(({ name, revision }) => {
      const version = versions.get(revision.versionId);
      return version ? [{ name, version }] : [];
    });
  }

  private async allDeployments(): Promise<DeploymentRecord[]> {
    const all: DeploymentRecord[] = [];
    for await (const page of deploymentPages(this.deps.deployments)) all.push(...page);
    return all;
  }

  private async deployedEntries(deployments: readonly DeploymentRecord[]): Promise<RepositoryEntry[]> {
    const ids = [...new Set(deployments.map(({ revision }) => revision.versionId))];
    const numbers = new Map(
      (await this.deps.catalog.versionsByIds(ids)).map(({ id, number }) => [id, number]),
    );
    return deployments.map(({ name, state, stateReason, revision }) => ({
      name,
      version: String(numbers.get(revision.versionId) ?? ''),
      state: REPOSITORY_STATES[state],
      reason: stateReason ?? '',
    }));
  }

  private async loadableEntries(taken: ReadonlySet<string>): Promise<RepositoryEntry[]> {
    const { catalog } = this.deps;
    const entries: RepositoryEntry[] = [];
    for (let last: { name: string; id: string } | undefined; ;) {
      const models = await catalog.listModels(
        {},
        { field: 'NAME', direction: 'ASC' },
        { after: last && { value: last.name, id: last.id }, take: PAGE, fromEnd: false },
      );
      const loadable = models.filter(({ name }) => !taken.has(name));
      const versions = await catalog.versionsByRefs(
        loadable.map(({ name }) => ({ model: name, selector: { kind: 'default' } as const })),
      );
      for (const version of versions) {
        if (!version) continue;
        entries.push({
          name: version.modelName,
          version: String(version.number),
          state: 'UNAVAILABLE',
          reason: 'not deployed; its first call loads it',
        });
      }
      last = models.at(-1);
      if (models.length < PAGE) return entries;
    }
  }
}
