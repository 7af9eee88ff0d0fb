import type { CatalogService, VersionRecord } from '../catalog/index.js';
import type { LoadedModel } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { withinLimit } from '../platform/within-limit.js';
import type { Caller } from '../security/index.js';
import { proveBatching, type Batching } from './batch-proof.js';
import type { DeploymentState } from './deployment-state.js';
import type { DeploymentStore } from './deployment-store.js';
import type { ModelLoader } from './model-loader.js';
import type { RevisionRecord } from './records.js';
import { settingsOf } from './stored-settings.js';
import { Serving } from './serving.js';
import { warmUp } from './warm-up.js';

const SYSTEM: Caller = { actor: 'retort', requestId: '' };
/** A model whose worker dies this often without serving in between is not tried again. */
const MAX_RELOADS = 3;
const RELOAD_DELAY_MS = 500;
const WARM_UP_LIMIT_MS = 120_000;

export interface DeploymentName {
  readonly id: string;
  readonly name: string;
}

/**
 * Brings one deployment's revisions up and down, one step at a time. Callers must not run two steps of the same
 * deployment at once (DeploymentService queues them). Invariant: `serving` holds a model only while its revision is
 * READY in the database, and an older revision leaves only after a newer one is ready.
 */
export class RevisionLifecycle {
  private serving: { readonly revision: RevisionRecord; readonly model: Serving } | null = null;
  private reloads = 0;
  /** Replaced models whose last requests still run. */
  private readonly draining = new Set<Promise<void>>();

  constructor(
    readonly deployment: DeploymentName,
    private readonly deps: {
      readonly store: DeploymentStore;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly loader: ModelLoader;
      readonly logger: Logger;
      readonly warmUpPipeline: (version: VersionRecord) => Promise<void>;
      /** Queues another bring-up, for a revision whose worker died. */
      readonly retry: (revision: RevisionRecord) => void;
    },
  ) {}

  get current(): Serving | null {
    return this.serving?.model ?? null;
  }

  /**
   * PENDING → LOADING → WARMING → READY, or FAILED with the reason. `superseded` is asked between the steps: a
   * newer revision or an undeploy makes this one STOPPED.
   */
  async bringUp(
    revision: RevisionRecord,
    superseded: () => string | null,
    caller: Caller = SYSTEM,
  ): Promise<void> {
    const version = await this.versionOf(revision);
    const stopped = async (): Promise<boolean> => {
      const reason = superseded();
      if (reason === null) return false;
      await this.move(revision, version, 'STOPPED', reason, caller);
      return true;
    };

    if (await stopped()) return;
    await this.move(revision, version, 'LOADING', null, caller);
    let model;
    let batching: Batching;
    let note: string | null = null;
    try {
      model = await this.deps.loader.load(version, revision.runtime);
      if (await stopped()) {
        await model.release();
        return;
      }
      await this.move(revision, version, 'WARMING', null, caller);
      const warmed = await withinLimit(this.warm(model, version), WARM_UP_LIMIT_MS, endlessWarmUp);
      batching = warmed.batching;
      if (warmed.refusal !== null)
        note = `Ready, but not warmed up: it refused made-up inputs (${warmed.refusal})`;
    } catch (error) {
      // Not waited for: a run that never ends would hold it for ever.
      model?.release().catch(() => undefined);
      await this.move(revision, version, 'FAILED', reasonOf(error), caller);
      this.deps.logger.warn(
        { deployment: this.deployment.name, version: version.ref, err: error },
        'deployment failed',
      );
      return;
    }
    if (await stopped()) return model.release();
    await this.switchTo(
      revision,
      new Serving(version, this.deployment, model, batching, settingsOf(revision)),
      note,
      caller,
    );
  }

  private async warm(
    model: LoadedModel,
    version: VersionRecord,
  ): Promise<{ refusal: string | null; batching: Batching }> {
    const refusal = await warmUp(model, version.signature);
    const batching = await proveBatching(model, version.signature);
    await this.deps.warmUpPipeline(version);
    return { refusal, batching };
  }

  /** READY → DRAINING → STOPPED. Resolves when the memory is free; at once when nothing serves. */
  async takeDown(reason: string, caller: Caller): Promise<void> {
    const leaving = this.serving;
    if (!leaving) return;
    this.serving = null;
    await this.move(leaving.revision, leaving.model.version, 'DRAINING', reason, caller);
    await leaving.model.drain();
    await this.move(leaving.revision, leaving.model.version, 'STOPPED', reason, caller);
  }

  /** FAILED → STOPPED, keeping the reason of the failure. */
  async giveUp(revision: RevisionRecord, caller: Caller): Promise<void> {
    const version = await this.versionOf(revision);
    await this.move(revision, version, 'STOPPED', revision.stateReason, caller);
  }

  /** Frees the model at shutdown; the state stays READY in the database, so that the next start brings it back. */
  async suspend(): Promise<void> {
    const leaving = this.serving;
    this.serving = null;
    await leaving?.model.drain();
    await Promise.all(this.draining);
  }

  private async switchTo(
    revision: RevisionRecord,
    next: Serving,
    note: string | null,
    caller: Caller,
  ): Promise<void> {
    const previous = this.serving;
    const reason = `Replaced by revision ${revision.number}`;
    // One transaction: at no moment do two revisions, or none, serve.
    await this.deps.events.transaction(async (tx) => {
      const events = [];
      if (previous)
        events.push(
          await this.apply(tx, previous.revision, previous.model.version, 'DRAINING', reason, caller),
        );
      events.push(await this.apply(tx, revision, next.version, 'READY', note, caller));
      return { result: undefined, events };
    });
    this.serving = { revision, model: next };
    void next.model.failed.then((error) => this.lost(revision, next, error));
    if (previous) this.drainAside(previous.revision, previous.model, reason, caller);
  }

  /** The new revision is ready: nobody has to wait for the old one's last requests. */
  private drainAside(revision: RevisionRecord, model: Serving, reason: string, caller: Caller): void {
    const done = model
      .drain()
      .then(() => this.move(revision, model.version, 'STOPPED', reason, caller))
      .catch((error: unknown) =>
        this.deps.logger.error({ err: error }, 'a replaced revision could not be stopped'),
      )
      .finally(() => this.draining.delete(done));
    this.draining.add(done);
  }

  /** The worker under a serving model died: the revision goes back to PENDING and is loaded anew. */
  private lost(revision: RevisionRecord, model: Serving, error: DomainError): void {
    if (this.serving?.model !== model) return;
    this.serving = null;
    this.reloads += 1;
    const again = this.reloads <= MAX_RELOADS;
    const reason = `${error.message}${again ? ' Loading it again.' : ' It will not be tried again; deploy it anew.'}`;
    this.move(revision, model.version, again ? 'PENDING' : 'FAILED', reason, SYSTEM)
      .then(() => {
        if (again) setTimeout(() => this.deps.retry(revision), RELOAD_DELAY_MS * this.reloads).unref();
      })
      .catch((cause: unknown) =>
        this.deps.logger.error({ err: cause }, 'a lost deployment could not be recorded'),
      );
  }

  private async move(
    revision: RevisionRecord,
    version: VersionRecord,
    to: DeploymentState,
    reason: string | null,
    caller: Caller,
  ): Promise<void> {
    await this.deps.events.transaction(async (tx) => ({
      result: undefined,
      events: [await this.apply(tx, revision, version, to, reason, caller)],
    }));
  }

  private async apply(
    tx: Parameters<DeploymentStore['transition']>[0],
    revision: RevisionRecord,
    version: VersionRecord,
    to: DeploymentState,
    reason: string | null,
    caller: Caller,
  ) {
    const from = await this.deps.store.transition(tx, revision.id, to, reason);
    return stateChanged({
      deployment: this.deployment,
      revision: revision.number,
      version,
      from,
      to,
      reason,
      caller,
    });
  }

  private async versionOf(revision: RevisionRecord): Promise<VersionRecord> {
    const [version] = await this.deps.catalog.versionsByIds([revision.versionId]);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');
    return version;
  }
}

export function stateChanged(change: {
  readonly deployment: DeploymentName;
  readonly revision: number;
  readonly version: VersionRecord;
  readonly from: DeploymentState | null;
  readonly to: DeploymentState;
  readonly reason: string | null;
  readonly caller: Caller;
}) {
  const { deployment, revision, version, from, to, reason, caller } = change;
  return {
    kind: 'DEPLOYMENT_STATE_CHANGED' as const,
    message: `${deployment.name} revision ${revision} (${version.ref}) is ${to}${reason === null ? '' : `: ${reason}`}`,
    actor: caller.actor,
    requestId: caller.requestId === '' ? undefined : caller.requestId,
    model: { id: version.modelId, name: version.modelName },
    version: { id: version.id, number: version.number },
    deployment: { id: deployment.id, name: deployment.name },
    data: { fromState: from, toState: to, revision, reason },
  };
}

/** What an operator may read: what Retort said on purpose; anything else is in the log only. */
function reasonOf(error: unknown): string {
  return error instanceof DomainError
    ? error.message
    : 'An internal error stopped it; the log has the details.';
}

function endlessWarmUp(): DomainError {
  return new DomainError(
    'UNSUPPORTED_MODEL',
    `Expected the warm-up on made-up inputs to end within ${WARM_UP_LIMIT_MS / 1000} s, got no answer: the graph may loop for ever.`,
  );
}
