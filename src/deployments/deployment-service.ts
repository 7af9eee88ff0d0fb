import type { ArtifactStore } from '../artifacts/index.js';
import { checkName, type CatalogService, type VersionRecord } from '../catalog/index.js';
import type { RunnerPool } from '../onnx/index.js';
import type { Database } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { untilAborted } from '../platform/until-aborted.js';
import type { Caller } from '../security/index.js';
import type { Batching } from './batch-proof.js';
import { DEFAULT_RUNTIME, DEFAULT_SETTINGS } from './default-settings.js';
import { resumesAfterRestart, type DeploymentState } from './deployment-state.js';
import { DeploymentStore } from './deployment-store.js';
import { ModelLoader } from './model-loader.js';
import { OnDemandModels } from './on-demand-models.js';
import type {
  DeploymentFilter,
  DeploymentPageQuery,
  DeploymentRecord,
  RevisionRecord,
  RuntimeSettings,
} from './records.js';
import { RevisionLifecycle, stateChanged } from './revision-lifecycle.js';
import { VersionResolver } from './version-resolver.js';
import { StepQueue } from './step-queue.js';
import type { ModelHandle } from './serving.js';

const DEFAULT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 600_000;
const MAX_THREADS = 64;

export interface DeployRequest {
  readonly name: string;
  /** A version ref. */
  readonly version: string;
  readonly runtime?: { readonly threads?: number | null | undefined } | null | undefined;
  /** Answers when the revision is READY or has failed, or after this many milliseconds; 30,000 when left out. */
  readonly waitMs?: number | null | undefined;
}

interface Entry {
  readonly lifecycle: RevisionLifecycle;
  readonly steps: StepQueue;
  /** The newest revision asked for; older ones still on their way give up. Null after an undeploy. */
  wanted: number | null;
}

interface BringUpOptions {
  readonly caller?: Caller;
  /** Loads even though a newer revision is wanted: after a restart, what served before serves until that is ready. */
  readonly servesUntilReplaced?: boolean;
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
  private readonly entries = new Map<string, Entry>();
  private closing = false;

  constructor(
    private readonly deps: {
      readonly database: Database;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly artifacts: ArtifactStore;
      readonly runners: RunnerPool;
      readonly logger: Logger;
      /** Pipelines lie above this folder; what they need started before READY comes in here. */
      readonly warmUpPipeline: (version: VersionRecord) => Promise<void>;
    },
  ) {
    this.store = new DeploymentStore(deps.database);
    this.versions = new VersionResolver(deps.catalog, deps.events);
    this.loader = new ModelLoader(deps.artifacts, deps.runners);
    this.onDemand = new OnDemandModels(this.loader, deps.logger);
  }

  /** After a restart: finishes what was being drained and queues everything that was running, or on its way. */
  async recover(): Promise<void> {
    const unfinished = [
      ...(await this.store.revisionsInStates(['PENDING', 'LOADING', 'WARMING', 'READY', 'DRAINING'])),
      ...(await this.store.failedAndWanted()),
    ];
    for (const { deployment, revision } of unfinished) {
      const entry = this.entry(deployment);
      const resumes = resumesAfterRestart(revision.state);
      if (resumes) entry.wanted = revision.number;
      if (revision.state !== 'PENDING') {
        await this.recordRecovery(deployment, revision, resumes ? 'PENDING' : 'STOPPED');
      }
    }
    for (const { deployment, revision } of unfinished) {
      if (!resumesAfterRestart(revision.state)) continue;
      void this.queueBringUp(this.entry(deployment), revision, {
        servesUntilReplaced: revision.state === 'READY',
      });
    }
  }

  /**
   * Starts serving a version under a name. An existing deployment gets a new revision and keeps serving the old one
   * until the new one is ready. Asking for what already serves changes nothing.
   *
   * @throws DomainError INVALID_NAME, INVALID_ARGUMENT, MODEL_NOT_FOUND, VERSION_NOT_FOUND, MODEL_ARCHIVED, NAME_TAKEN.
   */
  async deploy(caller: Caller, request: DeployRequest): Promise<DeploymentRecord> {
    const { name } = request;
    const waitMs = request.waitMs ?? DEFAULT_WAIT_MS;
    checkName('deployment', name, ['name']);
    checkRange('waitMs', waitMs, 0, MAX_WAIT_MS);
    const runtime = { ...DEFAULT_RUNTIME, threads: request.runtime?.threads ?? DEFAULT_RUNTIME.threads };
    checkRange('threads', runtime.threads, 1, MAX_THREADS, ['runtime', 'threads']);
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

    const { deployment, revision } = await this.addRevision(caller, name, version, runtime);
    if (revision) {
      const entry = this.entry(deployment);
      entry.wanted = revision.number;
      const up = this.queueBringUp(entry, revision, { caller });
      await within(waitMs, up);
    }
    return this.require(name);
  }

  /**
   * Stops serving: running requests finish, then the memory is freed.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND.
   */
  async undeploy(caller: Caller, { name }: { readonly name: string }): Promise<DeploymentRecord> {
    const deployment = await this.require(name);
    const entry = this.entry(deployment);
    entry.wanted = null;
    await entry.steps.add(async () => {
      await entry.lifecycle.takeDown('Undeployed', caller);
      // What failed is not wanted any more either, so that the next start does not try it again.
      const { revision } = await this.require(name);
      if (revision.state === 'FAILED') await entry.lifecycle.giveUp(revision, caller);
    });
    return this.require(name);
  }

  /**
   * The right to run a deployment's model, or a version's. Waits for one that is being loaded, until `signal` ends.
   *
   * @throws DomainError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_READY, MODEL_NOT_FOUND, VERSION_NOT_FOUND, OVERLOADED,
   * or what loading the version failed with.
   */
  async acquire(
    target: { deployment: string } | { version: string },
    signal: AbortSignal,
  ): Promise<ModelHandle> {
    if ('deployment' in target) return this.acquireDeployment(target.deployment, signal);
    const version = await this.versions.resolve(target.version);
    for (const { lifecycle } of this.entries.values()) {
      const { current } = lifecycle;
      if (current?.version.id === version.id) return current.acquire();
    }
    return untilAborted(this.onDemand.acquire(version), signal, (handle) => handle.release());
  }

  /** Whether requests to what a deployment serves now run together; null when nothing serves. */
  batchingOf(name: string): Batching | null {
    return this.entries.get(name)?.lifecycle.current?.batching ?? null;
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

  /** Resolves when nothing is being loaded or drained. */
  async settled(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ steps }) => steps.idle()));
  }

  /** Lets running requests finish and frees every model. What was READY stays so in the database. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(
      [...this.entries.values()].map(async ({ steps, lifecycle }) => {
        await steps.add(() => lifecycle.suspend());
      }),
    );
    await this.onDemand.close();
  }

  private async acquireDeployment(name: string, signal: AbortSignal): Promise<ModelHandle> {
    const entry = this.entries.get(name);
    if (entry?.lifecycle.current) return entry.lifecycle.current.acquire();
    if (entry) await untilAborted(entry.steps.idle(), signal);
    const current = this.entries.get(name)?.lifecycle.current;
    if (current) return current.acquire();
    const deployment = await this.require(name, ['deployment']);
    throw new DomainError(
      'DEPLOYMENT_NOT_READY',
      `Deployment "${name}" is ${deployment.state}${deployment.stateReason ? ` (${deployment.stateReason})` : ''}. ` +
        'Deploy a version under this name with deployVersion, then try again.',
      { field: ['deployment'] },
    );
  }

  private async addRevision(caller: Caller, name: string, version: VersionRecord, runtime: RuntimeSettings) {
    return this.deps.events.transaction<{
      deployment: { id: string; name: string };
      revision: RevisionRecord | null;
    }>(async (tx) => {
      const existing = await this.store.find(name, tx);
      if (existing && existing.modelId !== version.modelId) {
        throw new DomainError(
          'NAME_TAKEN',
          `Deployment "${name}" serves another model than "${version.modelName}". Choose another name for this deployment.`,
          { field: ['name'] },
        );
      }
      if (
        existing &&
        serves(existing, version, runtime) &&
        this.entries.get(name)?.wanted === existing.revision.number
      ) {
        return { result: { deployment: existing, revision: null }, events: [] };
      }
      const added = await this.store.addRevision(tx, {
        name,
        modelId: version.modelId,
        versionId: version.id,
        settings: { ...DEFAULT_SETTINGS, runtime },
        actor: caller.actor,
      });
      const event = stateChanged({
        deployment: added.deployment,
        revision: added.revision.number,
        version,
        from: null,
        to: 'PENDING',
        reason: null,
        caller,
      });
      return { result: added, events: [event] };
    });
  }

  private async recordRecovery(
    deployment: { id: string; name: string },
    revision: RevisionRecord,
    to: Extract<DeploymentState, 'PENDING' | 'STOPPED'>,
  ): Promise<void> {
    const [version] = await this.deps.catalog.versionsByIds([revision.versionId]);
    if (!version) return;
    const reason = to === 'PENDING' ? 'Retort was restarted' : revision.stateReason;
    const caller = { actor: 'retort', requestId: '' };
    await this.deps.events.transaction(async (tx) => {
      const from = await this.store.transition(tx, revision.id, to, reason);
      return {
        result: undefined,
        events: [stateChanged({ deployment, revision: revision.number, version, from, to, reason, caller })],
      };
    });
  }

  private queueBringUp(entry: Entry, revision: RevisionRecord, options: BringUpOptions = {}): Promise<void> {
    const superseded = () => {
      if (entry.wanted === null) return 'Undeployed';
      if (options.servesUntilReplaced) return null;
      return entry.wanted > revision.number ? `Replaced by revision ${entry.wanted}` : null;
    };
    return entry.steps.add(async () => {
      if (!this.closing) await entry.lifecycle.bringUp(revision, superseded, options.caller);
    });
  }

  private entry(deployment: { readonly id: string; readonly name: string }): Entry {
    const existing = this.entries.get(deployment.name);
    if (existing) return existing;
    const { events, catalog, logger, warmUpPipeline } = this.deps;
    const entry: Entry = {
      steps: new StepQueue((error) =>
        logger.error({ err: error, deployment: deployment.name }, 'a deployment step failed'),
      ),
      wanted: null,
      lifecycle: new RevisionLifecycle(
        { id: deployment.id, name: deployment.name },
        {
          store: this.store,
          events,
          catalog,
          loader: this.loader,
          logger,
          warmUpPipeline,
          retry: (revision) => void this.queueBringUp(entry, revision),
        },
      ),
    };
    this.entries.set(deployment.name, entry);
    return entry;
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

function serves(deployment: DeploymentRecord, version: VersionRecord, runtime: RuntimeSettings): boolean {
  const { revision } = deployment;
  return (
    revision.state === 'READY' &&
    revision.versionId === version.id &&
    revision.runtime.threads === runtime.threads
  );
}

function checkRange(name: string, value: number, from: number, to: number, field = [name]): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new DomainError('INVALID_ARGUMENT', `Expected ${name} from ${from} to ${to}, got ${value}.`, {
    field,
  });
}

/** Resolves when `work` is done or the time is over; the work goes on either way. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
