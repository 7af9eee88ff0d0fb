import type { VersionRecord } from '../../catalog/index.js';
import { RunnerLost } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import { Unavailable } from '../../platform/failures.js';
import type { Logger } from '../../platform/logging.js';
import { Backoff } from '../backoff.js';
import {
  modelReloaded,
  modelUnloaded,
  runnerLost,
  runnerRestarted,
  type DeploymentName,
  type Running,
} from '../deployment-events.js';
import { HARNESS_TRANSITIONS, type HarnessPhase } from './harness-phase.js';
import { inTheWay, loadFailure, ModelFault, type LoadFailure } from './load-failure.js';
import { NoRoom } from './memory-budget.js';
import { freeModel, type ModelLoader, type PlacedModel } from './model-loader.js';
import type { ModelProver, Preparation } from './model-prover.js';
import type { HarnessView } from '../plan/plan-types.js';
import type { RevisionRecord } from '../records.js';
import { Serving, type ProvenModel } from './serving.js';
import { settingsOf } from '../settings/stored-settings.js';

export interface HarnessDependencies {
  readonly loader: ModelLoader;
  readonly prover: ModelProver;
  readonly events: EventLog;
  readonly logger: Logger;
}

/**
 * Holds one revision's model: loads, proves, warms, serves, drains and frees it, one after the other as HARNESS_TRANSITIONS
 * says, and each only when told to. Writes nothing down and decides nothing: what became of it is for `plan`.
 */
export class Harness {
  private now: HarnessPhase = 'EMPTY';
  private current: Serving | null = null;
  private placed: PlacedModel | null = null;
  /** A model that comes back need not show it again. */
  private proven: Preparation | null = null;
  private failure: LoadFailure | null = null;
  private readonly backoff = new Backoff();
  private firstCrashes = 0;
  private delayMs = 0;
  private retryAt = 0;
  /** Since when (performance.now()) what served until its last runner ended is being brought back. */
  private awaySince: number | null = null;
  private blocker: (() => DomainError) | null = null;
  private working: Promise<void> = Promise.resolve();

  constructor(
    readonly deployment: DeploymentName,
    /** Another revision of the same version and settings may take over what runs. */
    private revision: RevisionRecord,
    readonly version: VersionRecord,
    private hasServed: boolean,
    private readonly deps: HarnessDependencies,
    private readonly onChange: () => void,
  ) {}

  get phase(): HarnessPhase {
    return this.now;
  }

  /** What requests run on; null unless SERVING. */
  get serving(): Serving | null {
    return this.now === 'SERVING' ? this.current : null;
  }

  /** It served until its last runner ended, and is being brought back. */
  get isAway(): boolean {
    return this.awaySince !== null;
  }

  /** What a caller is told while something stands in the way of loading it, each anew; null while nothing does. */
  get obstacle(): (() => DomainError) | null {
    return this.blocker;
  }

  get view(): HarnessView {
    return {
      phase: this.now,
      hasServed: this.hasServed,
      firstCrashes: this.firstCrashes,
      failure: this.failure,
      attempts: this.backoff.attempts,
      delayMs: this.delayMs,
      retryInMs: this.retryAt - performance.now(),
      note: this.proven?.note ?? null,
    };
  }

  /** For the event that what was away serves again. */
  get comeback(): { readonly attempt: number; readonly afterMs: number } | null {
    if (this.awaySince === null) return null;
    return { attempt: this.backoff.attempts, afterMs: performance.now() - this.awaySince };
  }

  get running(): Running {
    return { deployment: this.deployment, revision: this.revision.number, version: this.version };
  }

  load(): void {
    this.enter('LOADING');
    this.failure = null;
    this.working = this.attempt(async () => {
      const placed = await this.place();
      if (!this.isIn('LOADING')) return freeModel(placed);
      this.placed = placed;
      this.enter('LOADED');
    });
  }

  /** Runs the loaded model before anyone else does, and tries what is said of its rows. */
  warm(): void {
    const { placed } = this;
    this.enter('WARMING');
    if (!placed) throw new DomainError('INTERNAL', 'There is no model to warm up.');
    this.working = this.attempt(async () => {
      await this.prepare(placed);
      if (this.isIn('WARMING')) this.enter('WARM');
    });
  }

  serve(): void {
    const { placed, proven } = this;
    this.enter('SERVING');
    if (!placed || !proven) throw new DomainError('INTERNAL', 'There is no model to serve.');
    this.placed = null;
    this.hasServed = true;
    this.awaySince = null;
    this.blocker = null;
    this.backoff.recovered();
    this.current = this.servingOf({ ...placed, batching: proven.batching });
  }

  /** Serves without the model: the first request loads it. */
  adopt(): void {
    this.enter('SERVING');
    this.hasServed = true;
    this.current = this.servingOf(null);
  }

  /** Takes no new requests; FREED when the last ones are answered. */
  drain(): void {
    this.enter('DRAINING');
    this.awaySince = null;
    this.working = this.release().finally(() => {
      if (this.isIn('DRAINING')) this.enter('FREED');
      this.onChange();
    });
  }

  /**
   * Whatever it does: resolves when nothing is in memory any more.
   *
   * @param isLast all of them end together: what is being loaded is freed when it comes, and not waited for
   */
  async free(isLast = false): Promise<void> {
    const before = this.now;
    if (before !== 'FREED') this.enter('FREED');
    // A run that never ends would hold its model for ever: nobody waits for the warm-up.
    const isWaitedFor = before !== 'WARMING' && !(isLast && before === 'LOADING');
    if (isWaitedFor) await this.working.catch(() => undefined);
    await this.release();
  }

  /** What serves here serves as `revision` from now on: one of the same version and settings. */
  goOnAs(revision: RevisionRecord): void {
    this.revision = revision;
  }

  private enter(next: HarnessPhase): void {
    if (!HARNESS_TRANSITIONS[this.now].includes(next))
      throw new DomainError('INTERNAL', `A harness cannot go from ${this.now} to ${next}.`);
    this.now = next;
  }

  private isIn(phase: HarnessPhase): boolean {
    return this.now === phase;
  }

  /** Never rejects: what went wrong is a phase. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.isIn('FREED')) this.fail(loadFailure(error), error);
    }
    this.onChange();
  }

  private fail(failure: LoadFailure, error: unknown): void {
    this.enter('FAILED');
    const { deployment, version } = this;
    this.deps.logger.warn(
      { deployment: deployment.name, version: version.ref, err: error },
      'a model failed',
    );
    if (failure instanceof RunnerLost && !this.hasServed) this.firstCrashes += 1;
    this.failure = failure;
    const delayMs = this.backoff.failed();
    this.delayMs = delayMs;
    this.retryAt = performance.now() + delayMs;
    this.blocker = failure instanceof Unavailable ? () => inTheWay(failure, delayMs) : null;
    // Not waited for: a run that never ends would hold it for ever.
    this.release().catch(() => undefined);
  }

  private async release(): Promise<void> {
    const { placed, current } = this;
    this.placed = null;
    if (placed) await freeModel(placed);
    await current?.drain();
  }

  private place(): Promise<PlacedModel> {
    const { events, loader } = this.deps;
    return loader.load(this.version, this.revision.runtime, {
      hasServed: this.hasServed,
      onRunnerLost: (loss) => events.record(runnerLost(this.running, loss)),
      onRunnerRestarted: (info) => events.record(runnerRestarted(this.running, info)),
    });
  }

  private async prepare({ model }: PlacedModel): Promise<Preparation> {
    const { batching } = this.revision;
    const preparation = await this.deps.prover.prepare(model, this.version, batching, this.proven);
    this.proven = preparation;
    model.warmedUp();
    return preparation;
  }

  private servingOf(loaded: ProvenModel | null): Serving {
    const { events } = this.deps;
    const serving: Serving = new Serving(
      this.version,
      this.deployment,
      settingsOf(this.revision),
      {
        load: () => this.reload(),
        onUnloaded: (reason, bytes) => events.record(modelUnloaded(this.running, reason, bytes)),
        onReloaded: (model) => events.record(modelReloaded(this.running, model)),
        // Whatever kept it from coming back, its last runner ended under it: that is worth another attempt.
        onLost: (error) => {
          const failure = loadFailure(error);
          this.lost(serving, failure instanceof ModelFault ? endedUnder(failure) : failure, error);
        },
        // No room now is no fault of the model: the next request tries again.
        onLoadFailed: (error) => {
          const failure = loadFailure(error);
          if (!(failure instanceof NoRoom)) this.lost(serving, failure, error);
        },
      },
      loaded,
    );
    return serving;
  }

  /** For a request that finds the model out of memory. */
  private async reload(): Promise<ProvenModel> {
    const placed = await this.place();
    try {
      const { batching } = await this.prepare(placed);
      return { ...placed, batching };
    } catch (error) {
      freeModel(placed).catch(() => undefined);
      throw error;
    }
  }

  private lost(serving: Serving, failure: LoadFailure, error: unknown): void {
    if (this.serving !== serving) return;
    this.awaySince = performance.now();
    this.fail(failure, error);
    this.onChange();
  }
}

function endedUnder(cause: ModelFault): RunnerLost {
  return new RunnerLost(cause.message, { end: 'CRASHED', atWork: false, cause });
}
