import { checkName } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import { untilAborted, type AbortSignalLike } from '../platform/until-aborted.js';
import type { Caller } from '../security/index.js';
import { DEFAULT_SETTINGS } from './settings/default-settings.js';
import { AliasFollower, type FollowRequest } from './alias-follower.js';
import { notReady, requireDeployment, wantedNotServed } from './deployment-refusals.js';
import type {
  BatchingInEffect,
  ClearRecordedRequest,
  DeploymentTarget,
  DeployRequest,
  LoadedState,
  Occupancy,
  ServedVersion,
  UndeployRequest,
  UpdateRequest,
} from './deployment-requests.js';
import { DeploymentRollback } from './deployment-rollback.js';
import { deploymentParts, type DeploymentDependencies } from './deployment-parts.js';
import type { DeploymentStore } from './deployment-store.js';
import type { Fleet } from './harness/fleet.js';
import type { MemoryBudget } from './harness/memory-budget.js';
import { MigrationService } from './migrations/migration-service.js';
import { resolvedAs, type ModelHandle } from './routing/model-handle.js';
import type { OnDemandModels } from './harness/on-demand-models.js';
import type { DeploymentFilter, DeploymentPageQuery, DeploymentRecord, RevisionRecord } from './records.js';
import type { Reconciler } from './reconciler.js';
import { RevisionRequests } from './revision-requests.js';
import { ANY_ROUTE, takesAny, type Route, type Router } from './routing/router.js';
import { primaryOf } from './routing/routing-table.js';
import { checkSettings } from './settings/check-settings.js';
import { installedRuntime } from '../runtime/index.js';
import { changedSettings } from './settings/settings-input.js';
import { TrafficService } from './traffic-service.js';
import { VersionResolver } from './routing/version-resolver.js';
import { batchingOf, loadedState, occupancy, servedVersions } from './routing/what-is-held.js';
import { checkedWait, within } from './routing/waiting.js';
import { checkReason } from '../platform/text/check-text.js';

/**
 * Named, running services of models. What they are to be lies in the database; a reconciler for each makes it so. Hands out
 * short-lived rights to run what is loaded.
 */
export class DeploymentService {
  readonly installedRuntime = installedRuntime;
  private readonly store: DeploymentStore;
  private readonly onDemand: OnDemandModels;
  private readonly versions: VersionResolver;
  private readonly requests: RevisionRequests;
  private readonly router: Router;
  private readonly fleet: Fleet;
  private readonly follower: AliasFollower;
  readonly migrations: MigrationService;
  readonly traffic: TrafficService;
  readonly rollback: DeploymentRollback;
  readonly memory: MemoryBudget;
  /** From `forget` until `recover` knows again what is to run: requests wait for that. */
  private forgotten: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  constructor(private readonly deps: DeploymentDependencies) {
    const parts = deploymentParts(deps);
    this.store = parts.deployments;
    this.router = parts.router;
    ({ memory: this.memory, fleet: this.fleet, onDemand: this.onDemand } = parts);
    this.versions = new VersionResolver(deps.catalog, deps.events, deps.deafSince);
    this.requests = new RevisionRequests(parts);
    this.migrations = new MigrationService(parts);
    this.traffic = new TrafficService(parts);
    this.rollback = new DeploymentRollback(parts);
    this.follower = new AliasFollower(parts);
  }

  /**
   * After a start: looks at everything that is to run, or was and is to end. What may be unloaded while idle is not loaded
   * before somebody asks for it.
   *
   * @param why of what serves only when it is loaded again
   */
  async recover(why = 'Retort was restarted'): Promise<void> {
    await this.follower.start();
    await this.fleet.start(why);
    this.forgotten?.end();
    this.forgotten = null;
  }

  /**
   * Another process may have changed what is to run: lets the requests that run finish, frees every model and forgets it.
   * Requests that come meanwhile wait for `recover`.
   */
  async forget(): Promise<void> {
    if (!this.forgotten) {
      let end: () => void = () => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      this.forgotten = { over, end };
    }
    await this.fleet.close();
  }

  /** Changes which alias a deployment follows, and how. */
  follow(caller: Caller, request: FollowRequest): Promise<DeploymentRecord> {
    return this.follower.follow(caller, request);
  }

  /**
   * Starts serving a version under a name. An existing deployment gets a new revision and keeps serving the old one
   * until the new one is ready. Asking for what already serves, with the same settings, changes nothing.
   *
   * @throws DomainError INVALID_NAME, INVALID_ARGUMENT, MODEL_NOT_FOUND, VERSION_NOT_FOUND, MODEL_ARCHIVED, NAME_TAKEN.
   */
  async deploy(caller: Caller, request: DeployRequest): Promise<DeploymentRecord> {
    const { catalog } = this.deps;
    const { name } = request;
    const waitMs = checkedWait(request);
    const reason = checkReason(request.reason);
    checkName('deployment', name, ['name']);
    const settings = changedSettings(DEFAULT_SETTINGS, request);
    const version = await catalog.resolveVersion(request.version);
    const [model] = await catalog.modelsByIds([version.modelId]);
    if (model?.archivedAt) {
      throw new DomainError(
        'MODEL_ARCHIVED',
        `Model "${model.name}" is archived. Bring it back with archiveModel(archived: false) before deploying it.`,
        { field: ['version'] },
      );
    }
    await checkSettings(this.deps, settings, version);
    await this.bringUp(name, waitMs, (seat) =>
      this.requests.deploy(seat, caller, { version, settings, reason }),
    );
    return requireDeployment(this.store, name);
  }

  /**
   * Changes a deployment's settings: a new revision of the same version, which takes over when it is ready. Settings
   * that are as asked for already change nothing.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY when it is stopped, INVALID_ARGUMENT.
   */
  async update(caller: Caller, request: UpdateRequest): Promise<DeploymentRecord> {
    const waitMs = checkedWait(request);
    const reason = checkReason(request.reason);
    const deployment = await requireDeployment(this.store, request.name);
    await this.bringUp(deployment.name, waitMs, (seat) =>
      this.requests.update(seat, caller, deployment, { settings: request, reason }),
    );
    return requireDeployment(this.store, request.name);
  }

  /**
   * Stops serving: running requests finish, then the memory is freed.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT.
   */
  async undeploy(caller: Caller, { name, reason }: UndeployRequest): Promise<DeploymentRecord> {
    const given = checkReason(reason);
    const why = given === null ? 'Undeployed' : `Undeployed: ${given}`;
    await requireDeployment(this.store, name);
    await this.fleet.changeAndWait(name, async (seat) => {
      const leaving = new Set(seat.desired.revisions.map(({ id }) => id));
      await this.requests.undeploy(seat, caller, why);
      const isGone = () =>
        seat.desired.revisions.every(({ id, state }) => state === 'FAILED' || !leaving.has(id));
      return () => seat.until(isGone);
    });
    return requireDeployment(this.store, name);
  }

  /**
   * Removes what a deployment has recorded, whether or not it serves.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT.
   */
  async clearRecordedRequests(
    caller: Caller,
    { deployment: name, reason }: ClearRecordedRequest,
  ): Promise<{ deployment: DeploymentRecord; removedCount: number }> {
    const deployment = await requireDeployment(this.store, name, ['deployment']);
    const removedCount = await this.requests.clearRecorded(caller, deployment, checkReason(reason));
    return { deployment: await requireDeployment(this.store, name), removedCount };
  }

  /**
   * The right to run a deployment's model, or a version's. Waits for one that is being loaded, until `signal` ends.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, MODEL_NOT_FOUND, VERSION_NOT_FOUND, OVERLOADED,
   * or what loading the version failed with.
   */
  async acquire(
    target: DeploymentTarget | { readonly version: string },
    signal: AbortSignalLike,
  ): Promise<ModelHandle> {
    if (this.forgotten) await untilAborted(this.forgotten.over, signal);
    if ('deployment' in target) {
      const { deployment: name } = target;
      const route = takesAny(target) ? ANY_ROUTE : await this.routeOf(target);
      const handle = await this.router.acquire(name, signal, route);
      if (handle) return handle;
      // It waited for what is brought up anew now.
      if (this.forgotten) return this.acquire(target, signal);
      const routes = this.router.table.of(name);
      if (routes && primaryOf(routes) && (route.versionId !== null || route.among !== null))
        throw wantedNotServed(name, routes.arms, target);
      // Why it does not serve may be on its way to the database still.
      await this.fleet.find(name)?.written();
      throw await notReady(this.store, name);
    }
    const version = await this.versions.resolve(target.version);
    const route = { ...ANY_ROUTE, versionId: version.id };
    for (const { name } of this.router.table.serving(version.id)) {
      const handle = await this.router.acquire(name, signal, route);
      if (handle) return resolvedAs(version, handle);
    }
    return resolvedAs(version, await this.onDemand.acquire(version, signal));
  }

  batchingOf(name: string): BatchingInEffect | null {
    return batchingOf(this.router.table, name);
  }

  loadedState(name: string): LoadedState {
    return loadedState(this.router.table, name);
  }

  occupancy(name: string): Occupancy {
    return occupancy(this.router.table, name);
  }

  servedVersions(): readonly ServedVersion[] {
    return servedVersions(this.router.table);
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND, naming those there are */
  require(name: string, field: readonly string[] = ['name']): Promise<DeploymentRecord> {
    return requireDeployment(this.store, name, field);
  }

  find(name: string): Promise<DeploymentRecord | null> {
    return this.store.find(name);
  }

  page(query: DeploymentPageQuery): Promise<DeploymentRecord[]> {
    return this.store.page(query);
  }

  count(filter?: DeploymentFilter): Promise<number> {
    return this.store.count(filter);
  }

  byIds(ids: readonly string[]): Promise<DeploymentRecord[]> {
    return this.store.byIds(ids);
  }

  ofModels(modelIds: readonly string[]): Promise<DeploymentRecord[]> {
    return this.store.ofModels(modelIds);
  }

  revisions(deploymentIds: readonly string[]): Promise<RevisionRecord[]> {
    return this.store.revisions(deploymentIds);
  }

  revisionsByIds(ids: readonly string[]): Promise<RevisionRecord[]> {
    return this.store.revisionsByIds(ids);
  }

  /** Resolves when nothing is being loaded, apart from what waits for another attempt. */
  settled(): Promise<void> {
    return this.fleet.settled();
  }

  /** Lets running requests finish and frees every model. What was READY stays so in the database. */
  async close(): Promise<void> {
    this.forgotten?.end();
    this.forgotten = null;
    await this.fleet.close();
    await this.onDemand.close();
  }

  /** Waits until the new revision serves, has failed or was given up, but no longer than `waitMs`. */
  private async bringUp(
    name: string,
    waitMs: number,
    request: (seat: Reconciler) => Promise<RevisionRecord | null>,
  ): Promise<void> {
    await this.fleet.changeAndWait(name, async (seat) => {
      const revision = await request(seat);
      const isOver = () => {
        const { state } = seat.desired.revisions.find(({ id }) => id === revision?.id) ?? {};
        return state !== 'PENDING' && state !== 'LOADING' && state !== 'WARMING';
      };
      return () => (revision ? within(waitMs, seat.until(isOver)) : Promise.resolve());
    });
  }

  private async routeOf({ routingKey, pin, among }: DeploymentTarget): Promise<Route> {
    const versionId = pin === undefined ? null : (await this.versions.resolve(pin)).id;
    return { routingKey: routingKey ?? null, versionId, among: among ?? null };
  }
}
