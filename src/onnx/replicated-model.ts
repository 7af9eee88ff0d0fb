import { DomainError } from '../platform/errors.js';
import { withDefaults } from './default-inputs.js';
import type { LoadedModel } from './loaded-model.js';
import type { Isolation, LoadOptions } from './load-options.js';
import type { Replica } from './replica.js';
import { isHealthy, restartDelayMs } from './restart-delay.js';
import type { Runner, RunResult } from './runner.js';
import type { Tensor } from './tensor.js';

interface Place {
  /** Null while it is lost. */
  replica: Replica | null;
  /** When its replica was loaded. */
  since: number;
  /** Restarts since it was last healthy. */
  attempt: number;
}

/**
 * A model in several sessions, each on a runner of its own. A replica whose runner ends is loaded again in the
 * background while the others serve; when none is left, the model is lost for good.
 */
export class ReplicatedModel implements LoadedModel {
  readonly failed: Promise<DomainError>;
  readonly loadMs: number;
  readonly fromCache: boolean;
  readonly replicas: number;
  readonly #places: Place[];
  #running = 0;
  /** Called when the last run under way has ended. */
  #idle: (() => void) | undefined;
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #restarting = new Set<Promise<unknown>>();
  #reportFailure: (error: DomainError) => void = () => undefined;
  #lost: DomainError | undefined;
  #released: Promise<void> | undefined;

  constructor(
    readonly isolation: Isolation,
    replicas: readonly Replica[],
    private readonly deps: {
      readonly loadMs: number;
      readonly fromCache: boolean;
      /** What one session takes, where its runner cannot say. */
      readonly sessionBytes: number;
      readonly open: (taken: readonly Runner[]) => Promise<Replica>;
      /** Of optional inputs. */
      readonly defaults: readonly Tensor[];
      readonly onReleased: () => Promise<void>;
      readonly onRunnerLost: LoadOptions['onRunnerLost'];
      readonly onRunnerRestarted: LoadOptions['onRunnerRestarted'];
    },
  ) {
    this.loadMs = deps.loadMs;
    this.fromCache = deps.fromCache;
    this.replicas = replicas.length;
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
    this.#places = replicas.map(() => ({ replica: null, since: 0, attempt: 0 }));
    for (const [index, replica] of replicas.entries()) this.#put(index, replica);
  }

  get memoryBytes(): number {
    return this.#alive.reduce((sum, { runner }) => sum + (runner.residentBytes ?? this.deps.sessionBytes), 0);
  }

  get runnerPids(): readonly number[] {
    return this.#alive.flatMap(({ runner }) => runner.pid ?? []);
  }

  async run(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<RunResult> {
    if (this.#released !== undefined)
      throw this.#lost ?? new DomainError('UNAVAILABLE', 'The model was unloaded; try again');
    const replica = this.#leastBusy();
    this.#running += 1;
    try {
      return await replica.run(withDefaults(inputs, this.deps.defaults), outputs);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  get #alive(): Replica[] {
    return this.#places.flatMap(({ replica }) => replica ?? []);
  }

  #leastBusy(): Replica {
    let least: Replica | null = null;
    for (const { replica } of this.#places)
      if (replica !== null && (least === null || replica.inFlight < least.inFlight)) least = replica;
    if (least === null) throw this.#lost ?? new DomainError('UNAVAILABLE', 'The model was lost; try again');
    return least;
  }

  #put(index: number, replica: Replica): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.replica = replica;
    place.since = performance.now();
    void replica.failed.then((error) => this.#onLost(index, error));
  }

  #onLost(index: number, error: DomainError): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.replica = null;
    if (this.#released !== undefined) return;
    const replicasLeft = this.#alive.length;
    if (replicasLeft === 0) {
      this.#lost = error;
      for (const timer of this.#restarts) clearTimeout(timer);
      this.#restarts.clear();
    }
    this.deps.onRunnerLost?.({ error, replicasLeft });
    if (replicasLeft === 0) {
      this.#reportFailure(error);
      return;
    }
    const now = performance.now();
    place.attempt = isHealthy(now - place.since) ? 0 : place.attempt;
    this.#restartLater(index, now);
  }

  #restartLater(index: number, lostAt: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.attempt += 1;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      const restarting = this.#restart(index, place.attempt, lostAt);
      this.#restarting.add(restarting);
      void restarting.finally(() => this.#restarting.delete(restarting));
    }, restartDelayMs(place.attempt));
    timer.unref();
    this.#restarts.add(timer);
  }

  async #restart(index: number, attempt: number, lostAt: number): Promise<void> {
    let replica: Replica;
    try {
      replica = await this.deps.open(this.#alive.map(({ runner }) => runner));
    } catch {
      if (this.#isWanted) this.#restartLater(index, lostAt);
      return;
    }
    if (!this.#isWanted) {
      await replica.close();
      return;
    }
    this.#put(index, replica);
    this.deps.onRunnerRestarted?.({ attempt, afterMs: performance.now() - lostAt });
  }

  get #isWanted(): boolean {
    return this.#released === undefined && this.#lost === undefined;
  }

  async #release(): Promise<void> {
    for (const timer of this.#restarts) clearTimeout(timer);
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await Promise.all(this.#restarting);
    try {
      await Promise.all(this.#alive.map((replica) => replica.close()));
    } finally {
      await this.deps.onReleased();
    }
  }
}
