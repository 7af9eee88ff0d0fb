import type { CatalogService, VersionRecord } from '../catalog/index.js';
import { RunnerLost } from '../runtime/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import { Unavailable } from '../platform/failures.js';
import type { Logger } from '../platform/logging.js';
import type { Caller } from '../security/index.js';
import { Backoff } from './backoff.js';
import {
  modelReloaded,
  modelUnloaded,
  runnerLost,
  runnerRestarted,
  SYSTEM,
  type DeploymentName,
  type Running,
} from './deployment-events.js';
import { againIn, inTheWay, loadFailure, ModelFault, type LoadFailure } from './load-failure.js';
import { NoRoom } from './memory-budget.js';
import type { ModelProver, Preparation } from './model-prover.js';
import type { ModelLoader, PlacedModel } from './model-loader.js';
import type { RevisionRecord } from './records.js';
import { replacedBy, type RevisionStates, type Subject } from './revision-states.js';
import { Serving, type ProvenModel } from './serving.js';
import { settingsOf } from './stored-settings.js';

/** A model that takes its runner with it this often before it ever served is not tried again. */
const MAX_FIRST_CRASHES = 3;

/** Another revision of the same version and settings may take over what runs. */
interface MutableSubject extends Subject {
  revision: RevisionRecord;
}

/** What one revision's failures taught says nothing about the next revision. */
interface Retries {
  readonly revisionId: string;
  readonly backoff: Backoff;
  /** On its way up, before it ever served. */
  firstCrashes: number;
}

interface Current {
  readonly subject: MutableSubject;
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
  private retries: Retries | null = null;
  /** What served until its last runner ended, since when (performance.now()) it is being brought back. */
  private away: { readonly versionId: string; readonly since: number } | null = null;
  /** What a caller is told while something stands in the way of loading it, each anew; null while nothing does. */
  obstacle: (() => DomainError) | null = null;
  /** Replaced models whose last requests still run. */
  private readonly draining = new Set<Promise<void>>();
  private readonly states: RevisionStates;
  private readonly prover: ModelProver;

  constructor(
    readonly deployment: DeploymentName,
    private readonly deps: {
      readonly events: EventLog;
      readonly catalog: CatalogService;
      readonly loader: ModelLoader;
      readonly logger: Logger;
      readonly prover: ModelProver;
      /** A revision that served is to be brought up again, so much later. */
      readonly retry: (revision: RevisionRecord, delayMs: number) => void;
      /** Shared by all lifecycles of the deployment. */
      readonly states: RevisionStates;
    },
  ) {
    this.states = deps.states;
    this.prover = deps.prover;
  }

  get current(): Serving | null {
    return this.serving?.serving ?? null;
  }

  /** The number of the revision that serves. */
  get currentNumber(): number | null {
    return this.serving?.subject.revision.number ?? null;
  }

  /** The revision that serves, with its version. */
  get subject(): Subject | null {
    return this.serving?.subject ?? null;
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
    const subject: MutableSubject = { revision, version: await this.versionOf(revision) };
    const stopped = async (): Promise<boolean> => {
      const reason = superseded();
      if (reason === null) return false;
      await this.states.move(subject, 'STOPPED', reason, caller);
      return true;
    };

    await this.states.backToPending(subject);
    if (await stopped()) return null;
    await this.states.move(subject, 'LOADING', null, caller);
    let placed: PlacedModel;
    try {
      placed = await this.load(subject);
    } catch (error) {
      return this.failed(subject, error, options);
    }
    try {
      if (await stopped()) {
        await release(placed);
        return null;
      }
      await this.states.move(subject, 'WARMING', null, caller);
    } catch (error) {
      // What could not be written down is no fault of the model.
      release(placed).catch(() => undefined);
      throw error;
    }
    let preparation: Preparation;
    try {
      preparation = await this.prepare(placed, subject);
    } catch (error) {
      // Not waited for: a run that never ends would hold it for ever.
      release(placed).catch(() => undefined);
      return this.failed(subject, error, options);
    }
    try {
      if (!(await stopped())) {
        await this.switchTo(subject, { ...placed, batching: preparation.batching }, preparation.note, caller);
        return null;
      }
    } catch (error) {
      release(placed).catch(() => undefined);
      throw error;
    }
    await release(placed);
    return null;
  }

  /** Serves a revision that is READY in the database, without its model: the first request loads that. */
  async adopt(revision: RevisionRecord): Promise<void> {
    const subject: MutableSubject = { revision, version: await this.versionOf(revision) };
    this.serving = { subject, serving: this.servingOf(subject, null) };
  }

  /**
   * READY → DRAINING → STOPPED. Resolves when the memory is free; at once when nothing serves.
   *
   * @throws what writing DRAINING down failed with; it goes on serving then.
   */
  async takeDown(reason: string, caller: Caller): Promise<void> {
    const leaving: { current: Current | null } = { current: null };
    await this.states.drain(() => (leaving.current = this.serving)?.subject ?? null, {
      reason,
      caller,
      done: () => (this.serving = null),
    });
    this.away = null;
    if (leaving.current) this.drainAside(leaving.current, reason, caller);
    await Promise.all(this.draining);
  }

  /** DRAINING, as is written down already, → STOPPED, when the last requests are answered. Takes no new ones. */
  drainOut(reason: string, caller: Caller): void {
    const leaving = this.serving;
    this.serving = null;
    this.away = null;
    if (leaving) this.drainAside(leaving, reason, caller);
  }

  /** What serves here serves as `revision` from now on: one of the same version and settings, READY in the database. */
  goOnAs(revision: RevisionRecord): void {
    if (!this.serving) return;
    const { subject } = this.serving;
    const old = subject.revision;
    if (this.proven?.revisionId === old.id) this.proven = { ...this.proven, revisionId: revision.id };
    if (this.retries?.revisionId === old.id) this.retries = { ...this.retries, revisionId: revision.id };
    subject.revision = revision;
  }

  /** FAILED → STOPPED, keeping the reason of the failure beside that of the end. */
  async giveUp(revision: RevisionRecord, reason: string, caller: Caller): Promise<void> {
    const version = await this.versionOf(revision);
    const { stateReason } = revision;
    const both = stateReason === null ? reason : `${reason}. It had failed: ${stateReason}`;
    await this.states.move({ revision, version }, 'STOPPED', both, caller);
  }

  /** Frees the model at shutdown; the state stays READY in the database, so that the next start brings it back. */
  async suspend(): Promise<void> {
    const leaving = this.serving;
    this.serving = null;
    await leaving?.serving.drain();
    await Promise.all(this.draining);
    await this.states.idle();
  }

  /** Resolves when the replaced models whose last requests ran have left. */
  async drained(): Promise<void> {
    await Promise.all(this.draining);
  }

  /** Resolves when what has happened so far is in the database. */
  recorded(): Promise<void> {
    return this.states.idle();
  }

  private servingOf(subject: MutableSubject, loaded: ProvenModel | null): Serving {
    const { revision, version } = subject;
    const running = () => this.running(subject);
    const { events } = this.deps;
    const serving = new Serving(
      version,
      this.deployment,
      settingsOf(revision),
      {
        load: () => this.reload(subject),
        onUnloaded: (reason, bytes) => events.record(modelUnloaded(running(), reason, bytes)),
        onReloaded: (model) => events.record(modelReloaded(running(), model)),
        onLost: (error) => this.lost({ subject, serving }, loadFailure(error)),
        onLoadFailed: (error) => this.reloadFailed({ subject, serving }, error),
      },
      loaded,
    );
    return serving;
  }

  private load(subject: Subject): Promise<PlacedModel> {
    const running = () => this.running(subject);
    const { events, loader } = this.deps;
    return loader.load(subject.version, subject.revision.runtime, {
      onRunnerLost: (loss) => events.record(runnerLost(running(), loss)),
      onRunnerRestarted: (info) => events.record(runnerRestarted(running(), info)),
    });
  }

  private async prepare({ model }: PlacedModel, { revision, version }: Subject): Promise<Preparation> {
    const known = this.proven?.revisionId === revision.id ? this.proven.preparation : null;
    const preparation = await this.prover.prepare(model, version, revision.batching, known);
    this.proven = { revisionId: revision.id, preparation };
    model.warmedUp();
    return preparation;
  }

  /** For a request that finds the model out of memory. */
  private async reload(subject: Subject): Promise<ProvenModel> {
    const placed = await this.load(subject);
    try {
      const { batching } = await this.prepare(placed, subject);
      return { ...placed, batching };
    } catch (error) {
      release(placed).catch(() => undefined);
      throw error;
    }
  }

  private running({ revision, version }: Subject): Running {
    return { deployment: this.deployment, revision: revision.number, version };
  }

  private retriesOf({ id }: RevisionRecord): Retries {
    if (this.retries?.revisionId !== id)
      this.retries = { revisionId: id, backoff: new Backoff(), firstCrashes: 0 };
    return this.retries;
  }

  /**
   * On the way up: a runner that was lost is worth a few more attempts, and what only stands in the way any number. The rest
   * will be the same next time.
   */
  private async failed(
    subject: Subject,
    error: unknown,
    { caller = SYSTEM, servedBefore }: BringUpOptions,
  ): Promise<number | null> {
    const failure = loadFailure(error);
    const retries = this.retriesOf(subject.revision);
    if (failure instanceof RunnerLost && !servedBefore) retries.firstCrashes += 1;
    const goesOn =
      failure instanceof Unavailable ||
      (failure instanceof RunnerLost &&
        (servedBefore === true || retries.firstCrashes < MAX_FIRST_CRASHES)) ||
      (failure instanceof NoRoom && servedBefore);
    if (goesOn) {
      const { backoff } = retries;
      const retryInMs = backoff.failed();
      this.obstacle = obstacleOf(failure, retryInMs);
      this.warn('a deployment waits for another attempt', subject, error);
      await this.states.move(subject, 'PENDING', againIn(failure, retryInMs, backoff.attempts), SYSTEM);
      return retryInMs;
    }
    this.away = null;
    this.obstacle = null;
    await this.states.move(subject, 'FAILED', failure.message, caller);
    this.warn('deployment failed', subject, error);
    return null;
  }

  private async switchTo(
    subject: MutableSubject,
    loaded: ProvenModel,
    note: string | null,
    caller: Caller,
  ): Promise<void> {
    const serving = this.servingOf(subject, loaded);
    const { backoff } = this.retriesOf(subject.revision);
    // As it was when the switch began: a loss meanwhile has nobody else to see it stopped.
    const replaced: { current: Current | null } = { current: null };
    await this.states.switchTo(subject, {
      note,
      caller,
      previous: () => {
        replaced.current = this.serving;
        return this.serving?.subject ?? null;
      },
      restarted: () => {
        if (!this.away) return [];
        const afterMs = performance.now() - this.away.since;
        return [runnerRestarted(this.running(subject), { attempt: backoff.attempts, afterMs })];
      },
      done: () => {
        this.serving = { subject, serving };
        this.away = null;
        this.obstacle = null;
        backoff.recovered();
      },
    });
    if (replaced.current) this.drainAside(replaced.current, replacedBy(subject.revision), caller);
  }

  /** The new revision is ready: nobody has to wait for the old one's last requests. */
  private drainAside(previous: Current, reason: string, caller: Caller): void {
    const done = previous.serving
      .drain()
      .then(() => this.states.move(previous.subject, 'STOPPED', reason, caller))
      .catch((error: unknown) =>
        this.deps.logger.error({ err: error }, 'a replaced revision could not be stopped'),
      )
      .finally(() => this.draining.delete(done));
    this.draining.add(done);
  }

  /** The last runner under a serving model ended: the revision goes back to PENDING and is brought up again. */
  private lost(lost: Current, failure: LoadFailure): void {
    if (this.serving?.serving !== lost.serving) return;
    const { revision, version } = lost.subject;
    this.away = { versionId: version.id, since: performance.now() };
    const { backoff } = this.retriesOf(revision);
    const delayMs = backoff.failed();
    this.obstacle = obstacleOf(failure, delayMs);
    this.deps.retry(revision, delayMs);
    this.leaveReady(lost, 'PENDING', againIn(failure, delayMs, backoff.attempts));
  }

  /** A model that was unloaded did not come back for the request that wanted it. */
  private reloadFailed(current: Current, error: unknown): void {
    const failure = loadFailure(error);
    // No room now is no fault of the model: the next request tries again.
    if (this.serving?.serving !== current.serving || failure instanceof NoRoom) return;
    if (!(failure instanceof ModelFault)) {
      this.lost(current, failure);
      return;
    }
    this.warn('a model could not be loaded again', current.subject, error);
    this.leaveReady(current, 'FAILED', failure.message);
  }

  private leaveReady(leaving: Current, to: 'PENDING' | 'FAILED', reason: string): void {
    this.serving = null;
    // Nobody holds it much longer: their runs have failed.
    leaving.serving.drain().catch(() => undefined);
    this.states
      .leaveReady(leaving.subject, to, reason)
      .catch((cause: unknown) =>
        this.deps.logger.error({ err: cause }, 'a lost deployment could not be recorded'),
      );
  }

  private warn(message: string, { version }: Subject, error: unknown): void {
    this.deps.logger.warn({ deployment: this.deployment.name, version: version.ref, err: error }, message);
  }

  private async versionOf(revision: RevisionRecord): Promise<VersionRecord> {
    const [version] = await this.deps.catalog.versionsByIds([revision.versionId]);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');
    return version;
  }
}

function obstacleOf(failure: LoadFailure, retryAfterMs: number): (() => DomainError) | null {
  return failure instanceof Unavailable ? () => inTheWay(failure, retryAfterMs) : null;
}

async function release({ model, place }: PlacedModel): Promise<void> {
  await model.release().finally(() => place.free());
}
