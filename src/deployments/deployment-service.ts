import type { ArtifactStore } from '../artifacts/index.js';
import type { RuntimeGraphs } from '../runtime/index.js';
import { checkName, checkReason, type CatalogService, type VersionRecord } from '../catalog/index.js';
import type { RowProver } from '../onnx/index.js';
import type { RunnerPool } from '../runtime/index.js';
import type { Database } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { untilAborted, type AbortSignalLike } from '../platform/until-aborted.js';
import type { Caller } from '../security/index.js';
import { DEFAULT_SETTINGS } from './default-settings.js';
import { AliasFollower, type FollowRequest } from './alias-follower.js';
import { ANY_ROUTE, DeploymentEntry, type Route } from './deployment-entry.js';
import { recordedRequestsCleared, stateChanged, SYSTEM, type DeploymentName } from './deployment-events.js';
import { DeploymentRollback } from './deployment-rollback.js';
import { resumesAfterRestart, type DeploymentState } from './deployment-state.js';
import { DeploymentStore } from './deployment-store.js';
import { checkCacheable } from './determinism.js';
import { MemoryBudget } from './memory-budget.js';
import { ModelLoader } from './model-loader.js';
import { ModelProver } from './model-prover.js';
import { MigrationService } from './migrations/migration-service.js';
import { MigrationStore } from './migrations/migration-store.js';
import type { ModelHandle } from './model-handle.js';
import { OnDemandModels } from './on-demand-models.js';
import type {
  BatchingSettings,
  DeploymentFilter,
  DeploymentPageQuery,
  DeploymentRecord,
  RevisionRecord,
} from './records.js';
import { Rearranger } from './rearrangement.js';
import { RevisionLifecycle } from './revision-lifecycle.js';
import { RevisionRequests } from './revision-requests.js';
import { RevisionStates } from './revision-states.js';
import { changedSettings, type SettingsInput } from './settings-input.js';
import { TrafficService } from './traffic-service.js';
import type { Batching } from './rows/batching.js';
import { RowProofs } from './rows/row-proofs.js';
import { VersionResolver } from './version-resolver.js';
import { checkedWait, within } from './waiting.js';
import { WarmUp, type WarmUpPipeline } from './warm-up.js';

/** Settings that are left out have their defaults. */
export interface DeployRequest extends SettingsInput {
  readonly name: string;
  /** A version ref. */
  readonly version: string;
  /** Answers when the revision is READY or has failed, or after this many milliseconds; 30,000 when left out. */
  readonly waitMs?: number | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Settings that are left out stay as they are. */
export interface UpdateRequest extends SettingsInput {
  readonly name: string;
  /** As for DeployRequest. */
  readonly waitMs?: number | null | undefined;
  readonly reason?: string | null | undefined;
}

export interface UndeployRequest {
  readonly name: string;
  readonly reason?: string | null | undefined;
}

export interface ClearRecordedRequest {
  readonly deployment: string;
  readonly reason?: string | null | undefined;
}

export interface BatchingInEffect {
  readonly proof: Batching;
  readonly settings: BatchingSettings;
}

/** What a deployment holds at the moment. */
export interface LoadedState {
  readonly loaded: boolean;
  /** Null while not loaded. */
  readonly memoryBytes: number | null;
  /** Of its processes; none when it runs in a thread. */
  readonly processIds: readonly number[];
}

/**
 * Named, running services of models. The desired state lies in the database; this class makes it so, one step at a
 * time per deployment, and hands out short-lived rights to run what is loaded.
 */
export class DeploymentService {
  private readonly store: DeploymentStore;
  private readonly loader: ModelLoader;
  private readonly onDemand: OnDemandModels;
  private readonly versions: VersionResolver;
  private readonly requests: RevisionRequests;
  private readonly entries = new Map<string, DeploymentEntry>();
  private readonly rearranger: Rearranger;
  private readonly prover: ModelProver;
  private readonly follower: AliasFollower;
  readonly migrations: MigrationService;
  readonly traffic: TrafficService;
  readonly rollback: DeploymentRollback;
  /** From `forget` until `recover` knows again what is to run: requests wait for that. */
  private forgotten: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  constructor(
    private readonly deps: {
      readonly database: Database;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly artifacts: ArtifactStore;
      readonly graphs: RuntimeGraphs;
      readonly runners: RunnerPool;
      readonly logger: Logger;
      /** All loaded models together may take this much memory. */
      readonly modelMemoryBytes: number;
      /** Since when other processes may have changed the catalog unheard; null while they cannot. */
      readonly deafSince: () => Date | null;
      /** Pipelines lie above this folder; what they need started before READY comes in here. */
      readonly warmUpPipeline: WarmUpPipeline;
      readonly rowProver: RowProver;
    },
  ) {
    this.store = new DeploymentStore(deps.database);
    this.versions = new VersionResolver(deps.catalog, deps.events, deps.deafSince);
    this.requests = new RevisionRequests(this.store, deps.events);
    const { artifacts, graphs, catalog, events, logger } = deps;
    this.loader = new ModelLoader(artifacts, graphs, deps.runners, new MemoryBudget(deps.modelMemoryBytes));
    const proofs = new RowProofs({ catalog, graphs, prover: deps.rowProver, logger });
    this.prover = new ModelProver(new WarmUp(catalog, deps.warmUpPipeline), proofs);
    this.onDemand = new OnDemandModels(this.loader, this.prover, events, logger);
    const { store } = this;
    const access = {
      require: (name: string, field?: readonly string[]) => this.require(name, field),
      entry: (deployment: DeploymentName) => this.entry(deployment),
    };
    this.rearranger = new Rearranger(store, events, logger);
    const { rearranger } = this;
    const parts = { catalog, events, logger, store, rearranger, access };
    this.migrations = new MigrationService({ ...parts, migrations: new MigrationStore(deps.database) });
    this.traffic = new TrafficService(parts);
    this.rollback = new DeploymentRollback(parts);
    this.follower = new AliasFollower({ ...parts, migrations: this.migrations });
  }

  /**
   * After a restart: finishes what was being drained and queues everything that was running, or on its way. What may
   * be unloaded while idle is not loaded before somebody asks for it.
   *
   * @param why of what serves only when it is loaded again
   */
  async recover(why = 'Retort was restarted'): Promise<void> {
    const unfinished = [
      ...(await this.store.revisionsInStates(['PENDING', 'LOADING', 'WARMING', 'READY', 'DRAINING'])),
      ...(await this.store.failedAndWanted()),
    ];
    const migrating = await this.migrations.openTargets();
    for (const { deployment, revision } of unfinished) {
      const resumes = resumesAfterRestart(revision.state) && isStillWanted(revision, migrating);
      if (!resumes && revision.state === 'READY')
        await this.recordRecovery(deployment, revision, 'PENDING', why);
      if (!resumes) await this.recordRecovery(deployment, revision, 'STOPPED', revision.stateReason);
      else if (revision.state !== 'PENDING' && !waitsForRequest(revision))
        await this.recordRecovery(deployment, revision, 'PENDING', why);
      if (resumes) this.resume(deployment, revision);
    }
    await this.migrations.recover();
    await this.follower.recover();
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
    this.rearranger.close();
    await this.follower.forget();
    await this.migrations.forget();
    await Promise.all([...this.entries.values()].map((entry) => entry.close()));
    this.entries.clear();
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
    const { name } = request;
    const waitMs = checkedWait(request);
    const reason = checkReason(request.reason);
    checkName('deployment', name, ['name']);
    const settings = changedSettings(DEFAULT_SETTINGS, request);
    const version = await this.deps.catalog.resolveVersion(request.version);
    const [model] = await this.deps.catalog.modelsByIds([version.modelId]);
    if (model?.archivedAt) {
      throw new DomainError(
        'MODEL_ARCHIVED',
        `Model "${model.name}" is archived. Bring it back with archiveModel(archived: false) before deploying it.`,
        {
          field: ['version'],
        },
      );
    }
    if (settings.cache) await checkCacheable(this.deps.catalog, version);
    const { deployment, revision } = await this.requests.deploy(
      caller,
      name,
      { version, settings, reason },
      (existing) => this.entries.get(name)?.primary.wanted === existing.revision.number,
    );
    if (revision) await within(waitMs, this.start(deployment, revision, caller));
    return this.require(name);
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
    const { deployment, revision } = await this.requests.update(
      caller,
      await this.require(request.name),
      { settings: request, reason },
      async (base) => {
        const version = await this.versionOf(base);
        if (request.cache) await checkCacheable(this.deps.catalog, version);
        return version;
      },
    );
    if (revision) await within(waitMs, this.start(deployment, revision, caller));
    return this.require(request.name);
  }

  /**
   * Stops serving: running requests finish, then the memory is freed.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT.
   */
  async undeploy(caller: Caller, { name, reason }: UndeployRequest): Promise<DeploymentRecord> {
    const given = checkReason(reason);
    const why = given === null ? 'Undeployed' : `Undeployed: ${given}`;
    const entry = this.entry(await this.require(name));
    await this.migrations.abandon(name, caller, why);
    const beside = entry.arms.filter((arm) => arm !== entry.primary);
    await Promise.all([
      ...beside.map(async (arm) => {
        await arm.takeDown(why, caller);
        entry.forget(arm);
      }),
      entry.primary.takeDown(why, caller, async () => {
        // What failed is not wanted any more either, so that the next start does not try it again.
        const { revision } = await this.require(name);
        if (revision.state === 'FAILED') await entry.primary.lifecycle.giveUp(revision, why, caller);
      }),
    ]);
    if (entry.empty && this.entries.get(name) === entry) this.entries.delete(name);
    return this.require(name);
  }

  /**
   * Removes what a deployment has recorded, whether or not it serves.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT.
   */
  async clearRecordedRequests(
    caller: Caller,
    request: ClearRecordedRequest,
  ): Promise<{ deployment: DeploymentRecord; removedCount: number }> {
    const reason = checkReason(request.reason);
    const deployment = await this.require(request.deployment, ['deployment']);
    const [model] = await this.deps.catalog.modelsByIds([deployment.modelId]);
    if (!model) throw new DomainError('INTERNAL', 'A deployment refers to a model that is not there.');
    const removedCount = await this.deps.events.transaction(async (tx) => {
      const count = await this.store.clearRecorded(tx, deployment.id);
      return {
        result: count,
        events: [recordedRequestsCleared({ deployment, model, count, reason, caller })],
      };
    });
    return { deployment: await this.require(request.deployment), removedCount };
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
      const entry = this.entries.get(target.deployment);
      const free = target.routingKey === undefined && target.pin === undefined;
      const route = free ? ANY_ROUTE : await this.routeOf(target);
      const handle = await entry?.acquire(signal, route);
      if (handle) return handle;
      // It waited for what is brought up anew now.
      if (this.forgotten) return this.acquire(target, signal);
      if (entry?.primary.current && route.versionId !== null) throw notServed(entry, target.pin ?? '');
      // Why it does not serve may be on its way to the database still.
      await entry?.states.idle();
      return this.refuse(target.deployment);
    }
    const version = await this.versions.resolve(target.version);
    const route = { routingKey: null, versionId: version.id };
    for (const entry of this.entries.values()) {
      if (!entry.arms.some(({ lifecycle }) => lifecycle.servedVersionId === version.id)) continue;
      const handle = await entry.acquire(signal, route);
      if (handle) return marked(handle, version);
    }
    return marked(await this.onDemand.acquire(version, signal), version);
  }

  /** Whether requests to what a deployment serves now run together; null when nothing serves or it is not known yet. */
  batchingOf(name: string): BatchingInEffect | null {
    const current = this.entries.get(name)?.primary.current;
    return current?.batching ? { proof: current.batching, settings: current.settings.batching } : null;
  }

  /** What a deployment holds in memory now. */
  loadedState(name: string): LoadedState {
    const model = this.entries.get(name)?.primary.current?.model;
    return {
      loaded: model != null,
      memoryBytes: model?.memoryBytes ?? null,
      processIds: model?.runnerPids ?? [],
    };
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

  /** Resolves when nothing is being loaded or drained, apart from what waits for another attempt. */
  async settled(): Promise<void> {
    await Promise.all([...this.entries.values()].map((entry) => entry.settled()));
  }

  /** Lets running requests finish and frees every model. What was READY stays so in the database. */
  async close(): Promise<void> {
    this.forgotten?.end();
    this.forgotten = null;
    this.rearranger.close();
    await this.follower.close();
    await this.migrations.close();
    await Promise.all([...this.entries.values()].map((entry) => entry.close()));
    await this.onDemand.close();
  }

  private async refuse(name: string): Promise<never> {
    const deployment = await this.require(name, ['deployment']);
    throw new DomainError(
      'DEPLOYMENT_NOT_READY',
      `Deployment "${name}" is ${deployment.state}${deployment.stateReason ? ` (${deployment.stateReason})` : ''}. ` +
        'Deploy a version under this name with deployVersion, then try again.',
      { field: ['deployment'] },
    );
  }

  private start(deployment: DeploymentName, revision: RevisionRecord, caller: Caller): Promise<void> {
    const entry = this.entry(deployment);
    return entry.bringUp(revision, { caller });
  }

  private async recordRecovery(
    deployment: DeploymentName,
    revision: RevisionRecord,
    to: Extract<DeploymentState, 'PENDING' | 'STOPPED'>,
    reason: string | null,
  ): Promise<void> {
    const version = await this.versionOf(revision);
    await this.deps.events.transaction(async (tx) => {
      const from = await this.store.transition(tx, revision.id, to, reason);
      const change = { deployment, revision: revision.number, version, from, to, reason, caller: SYSTEM };
      return { result: undefined, events: [stateChanged(change)] };
    });
  }

  /** Brings back what served, or was on its way, before a restart. */
  private resume(deployment: DeploymentName, revision: RevisionRecord): void {
    const entry = this.entry(deployment);
    const arm = revision.role === 'PRIMARY' ? entry.primary : entry.addBeside(revision.role, revision.weight);
    if (revision.role === 'PRIMARY') arm.weight = revision.weight;
    if (revision.role === 'STANDBY' && revision.standbyUntil)
      this.rearranger.keepUntil(entry, arm, revision.standbyUntil);
    const place = arm === entry.primary ? entry : arm;
    // On its way, but the primary once: it served, lost its runner and was on its way back.
    const servedBefore = revision.state === 'READY' || revision.servedAt !== null;
    void (waitsForRequest(revision) ? place.adopt(revision) : place.bringUp(revision, { servedBefore }));
  }

  private async routeOf({ routingKey, pin }: DeploymentTarget): Promise<Route> {
    if (pin === undefined) return { routingKey: routingKey ?? null, versionId: null };
    return { routingKey: routingKey ?? null, versionId: (await this.versions.resolve(pin)).id };
  }

  private entry(deployment: DeploymentName): DeploymentEntry {
    const existing = this.entries.get(deployment.name);
    if (existing) return existing;
    const { id, name } = deployment;
    const { events, catalog, logger } = this.deps;
    const { store, loader, prover } = this;
    const named = { id, name };
    const states = new RevisionStates(named, { store, events });
    const entry = new DeploymentEntry(
      named,
      states,
      logger,
      (retry) => new RevisionLifecycle(named, { states, events, catalog, loader, logger, prover, retry }),
    );
    this.entries.set(name, entry);
    return entry;
  }

  private async versionOf({ versionId }: RevisionRecord): Promise<VersionRecord> {
    const [version] = await this.deps.catalog.versionsByIds([versionId]);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');
    return version;
  }

  private async require(name: string, field: readonly string[] = ['name']): Promise<DeploymentRecord> {
    const deployment = await this.store.find(name);
    if (deployment) return deployment;
    const known = (await this.store.page({ take: 10, fromEnd: false })).map((other) => `"${other.name}"`);
    throw new DomainError(
      'DEPLOYMENT_NOT_FOUND',
      `There is no deployment "${name}". ${known.length > 0 ? `There are ${known.join(', ')}.` : 'Make one with deployVersion.'}`,
      { field },
    );
  }
}

/** What a request is for, when it names a deployment. */
export interface DeploymentTarget {
  readonly deployment: string;
  /** Requests of one key go to one version, as far as the shares of the traffic allow. */
  readonly routingKey?: string | undefined;
  /** A ref of the version that must answer, one that the deployment serves. */
  readonly pin?: string | undefined;
}

/** The handle, with the time until which its version is known to be the one that was meant, when that is not now. */
function marked(handle: ModelHandle, { resolvedAsOf }: VersionRecord): ModelHandle {
  return resolvedAsOf ? { ...handle, version: { ...handle.version, resolvedAsOf } } : handle;
}

function notServed({ deployment, arms }: DeploymentEntry, pin: string): DomainError {
  const served = new Set(arms.flatMap(({ current }) => (current ? [current.version.ref] : [])));
  return new DomainError(
    'VERSION_NOT_SERVED',
    `Expected pin to name a version that deployment "${deployment.name}" serves (${[...served].join(', ')}), got ${pin}.`,
    { field: ['pin'] },
  );
}

/** What was beside a primary when the process ended, and has nothing left to do there, is not brought back. */
function isStillWanted(
  { deploymentId, number, role, weight, standbyUntil }: RevisionRecord,
  migrating: ReadonlyMap<string, number>,
): boolean {
  switch (role) {
    case 'PRIMARY':
      return true;
    case 'STANDBY':
      return standbyUntil !== null && standbyUntil.getTime() > Date.now();
    case 'CANDIDATE':
      return weight > 0 || migrating.get(deploymentId) === number;
  }
}

/** READY with its model out of memory, as far as a restart is concerned. */
function waitsForRequest({ state, limits }: RevisionRecord): boolean {
  return state === 'READY' && limits.idleUnloadMs !== null;
}
