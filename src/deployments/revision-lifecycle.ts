import type { CatalogService, VersionRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import { Backoff } from './backoff.js';
import {
  modelReloaded,
  modelUnloaded,
  runnerLost,
  runnerRestarted,
  stateChanged,
  SYSTEM,
  type DeploymentName,
  type Running,
} from './deployment-events.js';
import type { DeploymentState } from './deployment-state.js';
import type { DeploymentStore } from './deployment-store.js';
import { ModelProver, type Preparation } from './model-prover.js';
import type { ModelLoader, PlacedModel } from './model-loader.js';
import type { RevisionRecord } from './records.js';
import { Serving, type ProvenModel } from './serving.js';
import { settingsOf } from './stored-settings.js';

/** A model that takes its runner with it this often before it ever served is not tried again. */
const MAX_FIRST_CRASHES = 3;

interface Current {
  readonly revision: RevisionRecord;
  readonly serving: Serving;
}

export interface BringUpOptions {
  /** Why the revision must not go on, asked between the steps; null when it may. */
  readonly superseded: () => string | null;
  readonly caller?: Caller | undefined;
  /** It has served before: what ended its runner was not the model as such, so it is tried for ever. */
  readonly servedBefore?: boolean | undefined;
}

/**
 * Brings one deployment's revisions up and down, one step at a time. Callers must not run two steps of the same
 * deployment at once (DeploymentEntry queues them). Invariant: `current` serves only while its revision is READY in
 * the database, and an older revision leaves only after a newer one is ready.
 */
export class RevisionLifecycle {
  private serving: Current | null = null;
  /** What the revision that serves, or served last, has shown; a model that comes back need not show it again. */
  private proven: { readonly revisionId: string; readonly preparation: Preparation } | null = null;
  private retries: { readonly revisionId: string; readonly backoff: Backoff } | null = null;
  /** What served until its last runner ended, since when (performance.now()) it is being brought back. */
  private away: { readonly versionId: string; readonly since: number } | null = null;
  /** Replaced models whose last requests still run. */
  private readonly draining = new Set<Promise<void>>();
  /** Changes of state one after the other: a loss comes when it will, also in the middle of a switch. */
  private writes: Promise<unknown> = Promise.resolve();
  private readonly prover: ModelProver;

  constructor(
    readonly deployment: DeploymentName,
    private readonly deps: {
      readonly store: DeploymentStore;
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly loader: ModelLoader;
      readonly logger: Logger;
      readonly warmUpPipeline: (version: VersionRecord) => Promise<void>;
      /** A revision that served is to be brought up again, so much later. */
      readonly retry: (revision: RevisionRecord, delayMs: number) => void;
    },
  ) {
    this.prover = new ModelProver(deps.warmUpPipeline);
  }

  get current(): Serving | null {
    return this.serving?.serving ?? null;
  }

  /** The number of the revision that serves. */
  get currentNumber(): number | null {
    return this.serving?.revision.number ?? null;
  }

  /** The version that serves; or that served, while its lost runner is being replaced. */
  get servedVersionId(): string | null {
    return this.serving?.serving.version.id ?? this.away?.versionId ?? null;
  }

  /**
   * PENDING → LOADING → WARMING → READY, or FAILED with the reason, or STOPPED when superseded.
   *
   * @returns null, or in how many milliseconds to bring it up again because its runner was lost on the way.
   */
  async bringUp(revision: RevisionRecord, options: BringUpOptions): Promise<number | null> {
    const { superseded, caller = SYSTEM } = options;
    const version = await this.versionOf(revision);
    const stopped = async (): Promise<boolean> => {
      const reason = superseded();
      if (reason === null) return false;
      await this.move(revision, version, 'STOPPED', reason, caller);
      return true;
    };

    await this.backToPending(revision, version);
    if (await stopped()) return null;
    await this.move(revision, version, 'LOADING', null, caller);
    let placed: PlacedModel | undefined;
    let preparation: Preparation;
    try {
      placed = await this.deps.loader.load(version, revision.runtime, this.runnerObserver(revision, version));
      if (await stopped()) {
        await release(placed);
        return null;
      }
      await this.move(revision, version, 'WARMING', null, caller);
      const known = this.provenOf(revision);
      preparation = await this.prover.prepare(placed.model, version, revision.batching, known);
    } catch (error) {
      // Not waited for: a run that never ends would hold it for ever.
      if (placed) release(placed).catch(() => undefined);
      return await this.failed(revision, version, error, options);
    }
    this.proven = { revisionId: revision.id, preparation };
    if (await stopped()) {
      await release(placed);
      return null;
    }
    const next = this.servingOf(revision, version, { ...placed, batching: preparation.batching });
    await this.switchTo(revision, next, preparation.note, caller);
    return null;
  }

  /** Serves a revision that is READY in the database, without its model: the first request loads that. */
  async adopt(revision: RevisionRecord): Promise<void> {
    const version = await this.versionOf(revision);
    this.serving = { revision, serving: this.servingOf(revision, version, null) };
  }

  /** READY → DRAINING → STOPPED. Resolves when the memory is free; at once when nothing serves. */
  async takeDown(reason: string, caller: Caller): Promise<void> {
    const leaving = this.serving;
    this.serving = null;
    this.away = null;
    if (leaving) {
      const { revision, serving } = leaving;
      await this.move(revision, serving.version, 'DRAINING', reason, caller);
      await serving.drain();
      await this.move(revision, serving.version, 'STOPPED', reason, caller);
    }
    await Promise.all(this.draining);
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
    await leaving?.serving.drain();
    await Promise.all(this.draining);
    await this.writes;
  }

  private servingOf(revision: RevisionRecord, version: VersionRecord, loaded: ProvenModel | null): Serving {
    const running: Running = { deployment: this.deployment, revision: revision.number, version };
    const { events } = this.deps;
    const serving = new Serving(
      version,
      this.deployment,
      settingsOf(revision),
      {
        load: () => this.reload(revision, version),
        onUnloaded: (reason, bytes) => events.record(modelUnloaded(running, reason, bytes)),
        onReloaded: (model) => events.record(modelReloaded(running, model)),
        onLost: (error) => this.lost(revision, serving, error),
        onLoadFailed: (error) => this.reloadFailed(revision, serving, error),
      },
      loaded,
    );
    return serving;
  }

  /** For a request that finds the model out of memory. What the model has shown, it need not show again. */
  private async reload(revision: RevisionRecord, version: VersionRecord): Promise<ProvenModel> {
    const placed = await this.deps.loader.load(
      version,
      revision.runtime,
      this.runnerObserver(revision, version),
    );
    try {
      const known = this.provenOf(revision);
      const preparation =
        known ?? (await this.prover.prepare(placed.model, version, revision.batching, null));
      this.proven = { revisionId: revision.id, preparation };
      return { ...placed, batching: preparation.batching };
    } catch (error) {
      release(placed).catch(() => undefined);
      throw error;
    }
  }

  private provenOf(revision: RevisionRecord): Preparation | null {
    return this.proven?.revisionId === revision.id ? this.proven.preparation : null;
  }

  /** What one revision's crashes taught says nothing about the next revision. */
  private backoffOf({ id }: RevisionRecord): Backoff {
    if (this.retries?.revisionId !== id) this.retries = { revisionId: id, backoff: new Backoff() };
    return this.retries.backoff;
  }

  private runnerObserver(revision: RevisionRecord, version: VersionRecord) {
    const running: Running = { deployment: this.deployment, revision: revision.number, version };
    const { events } = this.deps;
    return {
      onRunnerLost: (loss: Parameters<typeof runnerLost>[1]) => events.record(runnerLost(running, loss)),
      onRunnerRestarted: (info: Parameters<typeof runnerRestarted>[1]) =>
        events.record(runnerRestarted(running, info)),
    };
  }

  /** On the way up: a runner that was lost is worth another attempt, anything else will be the same next time. */
  private async failed(
    revision: RevisionRecord,
    version: VersionRecord,
    error: unknown,
    { caller = SYSTEM, servedBefore }: BringUpOptions,
  ): Promise<number | null> {
    if (isCrash(error) || (servedBefore && isPassing(error))) {
      const backoff = this.backoffOf(revision);
      const retryInMs = backoff.failed();
      if (servedBefore || backoff.attempts < MAX_FIRST_CRASHES) {
        await this.move(revision, version, 'PENDING', againIn(error, retryInMs, backoff.attempts), SYSTEM);
        return retryInMs;
      }
    }
    this.away = null;
    await this.move(revision, version, 'FAILED', reasonOf(error), caller);
    this.deps.logger.warn(
      { deployment: this.deployment.name, version: version.ref, err: error },
      'deployment failed',
    );
    return null;
  }

  private async switchTo(
    revision: RevisionRecord,
    next: Serving,
    note: string | null,
    caller: Caller,
  ): Promise<void> {
    const reason = `Replaced by revision ${revision.number}`;
    const { version } = next;
    let replaced: Current | null = null;
    await this.write(async () => {
      const previous = this.serving;
      replaced = previous;
      const restarted = this.away === null ? [] : [this.restarted(revision, version, this.away.since)];
      // One transaction: at no moment do two revisions, or none, serve.
      await this.deps.events.transaction(async (tx) => {
        const events: NewEvent[] = [];
        if (previous)
          events.push(
            await this.apply(tx, previous.revision, previous.serving.version, 'DRAINING', reason, caller),
          );
        events.push(await this.apply(tx, revision, version, 'READY', note, caller), ...restarted);
        return { result: undefined, events };
      });
      this.serving = { revision, serving: next };
      this.away = null;
      this.backoffOf(revision).recovered();
    });
    const previous = replaced as Current | null;
    if (previous) this.drainAside(previous, reason, caller);
  }

  private restarted(revision: RevisionRecord, version: VersionRecord, lostAt: number): NewEvent {
    return runnerRestarted(
      { deployment: this.deployment, revision: revision.number, version },
      { attempt: this.backoffOf(revision).attempts, afterMs: performance.now() - lostAt },
    );
  }

  /** The new revision is ready: nobody has to wait for the old one's last requests. */
  private drainAside({ revision, serving }: Current, reason: string, caller: Caller): void {
    const done = serving
      .drain()
      .then(() => this.move(revision, serving.version, 'STOPPED', reason, caller))
      .catch((error: unknown) =>
        this.deps.logger.error({ err: error }, 'a replaced revision could not be stopped'),
      )
      .finally(() => this.draining.delete(done));
    this.draining.add(done);
  }

  /** The last runner under a serving model ended: the revision goes back to PENDING and is brought up again. */
  private lost(revision: RevisionRecord, serving: Serving, error: DomainError): void {
    if (this.serving?.serving !== serving) return;
    this.serving = null;
    this.away = { versionId: serving.version.id, since: performance.now() };
    const backoff = this.backoffOf(revision);
    const delayMs = backoff.failed();
    this.deps.retry(revision, delayMs);
    this.leaveReady(revision, serving, 'PENDING', againIn(error, delayMs, backoff.attempts));
  }

  /** A model that was unloaded did not come back for the request that wanted it. */
  private reloadFailed(revision: RevisionRecord, serving: Serving, error: unknown): void {
    if (this.serving?.serving !== serving) return;
    // No room now is no fault of the model: the next request tries again.
    if (isPassing(error)) return;
    if (isCrash(error)) {
      this.lost(revision, serving, error);
      return;
    }
    this.serving = null;
    this.deps.logger.warn(
      { deployment: this.deployment.name, version: serving.version.ref, err: error },
      'a model could not be loaded again',
    );
    this.leaveReady(revision, serving, 'FAILED', reasonOf(error));
  }

  private leaveReady(
    revision: RevisionRecord,
    serving: Serving,
    to: 'PENDING' | 'FAILED',
    reason: string,
  ): void {
    // Nobody holds it much longer: their runs have failed.
    serving.drain().catch(() => undefined);
    this.write(async () => {
      // A switch that was under way has taken it down already.
      if ((await this.deps.store.stateOf(revision.id)) !== 'READY') return;
      await this.change(revision, serving.version, to, reason, SYSTEM);
    }).catch((cause: unknown) =>
      this.deps.logger.error({ err: cause }, 'a lost deployment could not be recorded'),
    );
  }

  /** A loss, or a step, that could not be recorded left the row behind what is so. */
  private async backToPending(revision: RevisionRecord, version: VersionRecord): Promise<void> {
    await this.write(async () => {
      const state = await this.deps.store.stateOf(revision.id);
      if (state === 'LOADING' || state === 'WARMING' || state === 'READY')
        await this.change(revision, version, 'PENDING', 'It is not in memory. Loading it again.', SYSTEM);
    });
  }

  private move(
    revision: RevisionRecord,
    version: VersionRecord,
    to: DeploymentState,
    reason: string | null,
    caller: Caller,
  ): Promise<void> {
    return this.write(() => this.change(revision, version, to, reason, caller));
  }

  private write<T>(work: () => Promise<T>): Promise<T> {
    const done = this.writes.then(work);
    this.writes = done.catch(() => undefined);
    return done;
  }

  private async change(
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
  ): Promise<NewEvent> {
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

/** The runner ended under the model, or could not be reached: not for what the model is. */
function isCrash(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'UNAVAILABLE';
}

/** There is no room now, and may be later. */
function isPassing(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'OVERLOADED' && error.retryAfterMs !== undefined;
}

function againIn(error: DomainError, delayMs: number, attempt: number): string {
  const message = error.message.replace(/(?:; try again)?\.?$/, '');
  return `${message}. Loading it again in ${delayMs} ms (attempt ${attempt}).`;
}

/** What an operator may read: what Retort said on purpose; anything else is in the log only. */
function reasonOf(error: unknown): string {
  return error instanceof DomainError
    ? error.message
    : 'An internal error stopped it; the log has the details.';
}

async function release({ model, place }: PlacedModel): Promise<void> {
  await model.release().finally(() => place.free());
}
