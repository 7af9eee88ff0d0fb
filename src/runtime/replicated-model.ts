import { DomainError } from '../platform/errors.js';
import { WorkerUnavailable } from '../platform/failures.js';
import { withDefaults } from '../tensors/index.js';
import type { LoadedModel } from './loaded-model.js';
import type { Isolation, LoadOptions } from './sessions/load-options.js';
import type { Replica } from './replica.js';
import { backoffMs, isHealthy } from '../platform/backoff.js';
import { Growth } from './processes/growth.js';
import { NODE_DATA_BYTES } from '../platform/children/process-limits.js';
import { dataBytesOf } from '../platform/children/process-memory.js';
import type { Runner, RunOptions, RunResult, RunUnderWay } from './runner.js';
import { RunnerLost } from './runner-lost.js';
import type { Tensor } from '../tensors/index.js';

/** How often one run is tried; it is being worked on in the last of them only. */
const MAX_ATTEMPTS = 5;

interface Place {
  /** Null while it is lost. */
  replica: Replica | null;
  /** Another replica that is to take this place, on its way. */
  coming: Promise<boolean> | null;
  /** When its replica was loaded. */
  since: number;
  /** Restarts since it was last healthy. */
  attempt: number;
}

/**
 * A model in several sessions, each on a runner of its own. A replica whose runner ends is loaded again in the
 * background while the others serve; when none is left, the model is lost for good. A runner that is ended on purpose is
 * replaced at once, and what waits for it waits for the next.
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
  /** Runs that wait for a replica. */
  readonly #waiting: (() => void)[] = [];
  #growth = Growth.UNBOUNDED;
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
    this.#places = replicas.map(() => ({ replica: null, coming: null, since: 0, attempt: 0 }));
    for (const [index, replica] of replicas.entries()) this.#put(index, replica);
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  get memoryBytes(): number {
    return this.#alive.reduce((sum, { runner }) => sum + (runner.residentBytes ?? this.deps.sessionBytes), 0);
  }

  get runnerPids(): readonly number[] {
    return this.#alive.flatMap(({ runner }) => runner.pid ?? []);
  }

  async run(
    inputs: readonly Tensor[],
    outputs?: readonly string[],
    options?: RunOptions,
  ): Promise<RunResult> {
    this.#running += 1;
    try {
      for (let attempt = 1; ; attempt += 1) {
        if (this.#released !== undefined) throw this.#lost ?? unloaded();
        const replica = this.#leastBusy() ?? (await this.#comesBack());
        try {
          const result = await replica.run(withDefaults(inputs, this.deps.defaults), outputs, options);
          if ((replica.runner.residentBytes ?? 0) > this.#growth.limitBytes) this.#giveBack(replica);
          return result;
        } catch (error) {
          if (attempt >= MAX_ATTEMPTS || !(await this.#mayGoOn(error, replica, attempt))) throw error;
        }
      }
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  abandon(run: RunUnderWay): void {
    const index = this.#places.findIndex(({ replica }) => replica?.runner === run.runner);
    if (index === -1 || !run.atWork) return;
    const end = () => {
      if (run.atWork) run.runner.end();
    };
    const leave = (old: Replica) => {
      // Out of its place already, so its loss is reported only here.
      void old.failed.then((error) => this.#tellLost(error));
      end();
    };
    // When there is no room for two at once, the other comes later.
    void this.#succeed(index, leave, () => run.atWork).then((inPlace) => {
      if (!inPlace) end();
    });
  }

  warmedUp(): void {
    const held = this.#alive.map(({ runner }) => runner.residentBytes ?? 0);
    if (this.isolation === 'PROCESS') this.#growth = new Growth(Math.max(0, ...held));
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  get #alive(): Replica[] {
    return this.#places.flatMap(({ replica }) => replica ?? []);
  }

  #leastBusy(): Replica | null {
    let least: Replica | null = null;
    for (const { replica } of this.#places)
      if (replica?.runner.ended === false && (least === null || replica.inFlight < least.inFlight))
        least = replica;
    return least;
  }

  /** Waits for the process that takes the place of one that was ended. */
  async #comesBack(): Promise<Replica> {
    for (;;) {
      const replica = this.#leastBusy();
      if (replica !== null) return replica;
      if (this.#lost !== undefined) throw this.#lost;
      if (this.#released !== undefined) throw unloaded();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /**
   * Whether the run is to be tried on another process: it had not begun, or there was no memory for it beside what others
   * left. A process that has held so much is replaced in any case: the runtime may have lost track of what it took.
   */
  async #mayGoOn(error: unknown, replica: Replica, attempt: number): Promise<boolean> {
    if (error instanceof RunnerLost) return !error.atWork && this.#isWanted;
    if (!(error instanceof DomainError) || error.code !== 'MODEL_OUT_OF_MEMORY') return false;
    const index = this.#places.findIndex((place) => place.replica === replica);
    // Another is in its place already.
    if (index === -1) return attempt === 1;
    const { pid, residentBytes = 0 } = replica.runner;
    const data = pid === undefined ? undefined : dataBytesOf(pid);
    const held = Math.max(residentBytes, (data ?? 0) - NODE_DATA_BYTES);
    if (!this.#growth.hasGrown(held)) return false;
    const replaced = this.#succeed(index, (old) => this.#retire(old));
    return attempt === 1 && (await replaced);
  }

  #put(index: number, replica: Replica): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.replica = replica;
    place.since = performance.now();
    void replica.failed.then((error) => this.#onLost(index, replica, error));
    this.#wake();
  }

  #onLost(index: number, replica: Replica, error: DomainError): void {
    const place = this.#places[index];
    // Another took its place before it ended.
    if (place?.replica !== replica) return;
    place.replica = null;
    if (this.#released !== undefined) return;
    const now = performance.now();
    if (error instanceof RunnerLost && error.deliberate) {
      this.#tellLost(error);
      this.#restartNow(index, now);
      return;
    }
    // One that is just being replaced counts: it may be back before anybody misses it.
    if (!this.#places.some(({ replica: other, coming }) => other !== null || coming !== null)) {
      this.#lose(error);
      return;
    }
    this.#tellLost(error);
    place.attempt = isHealthy(now - place.since) ? 0 : place.attempt;
    this.#restartLater(index, now);
  }

  #tellLost(error: DomainError): void {
    this.deps.onRunnerLost?.({ error, replicasLeft: this.#alive.length });
  }

  /** For good: the last runner ended, and nothing here brings another. */
  #lose(error: DomainError): void {
    this.#lost = error;
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#restarts.clear();
    this.#tellLost(error);
    this.#reportFailure(error);
    this.#wake();
  }

  #giveBack(grown: Replica): void {
    const index = this.#places.findIndex(({ replica }) => replica === grown);
    if (index === -1 || !this.#growth.mayGiveBack(grown.runner.residentBytes ?? 0)) return;
    void this.#succeed(index, (old) => this.#retire(old));
  }

  #retire(old: Replica): void {
    void this.#track(old.retire());
  }

  /**
   * Loads another replica and puts it into the place of the one that is there, which then leaves as it is told to.
   * @param isNeeded asked when the other is ready
   * @returns whether it is in place
   */
  #succeed(index: number, leave: (old: Replica) => void, isNeeded = () => true): Promise<boolean> {
    const place = this.#places[index];
    const old = place?.replica;
    if (place === undefined || old == null || !this.#isWanted) return Promise.resolve(false);
    const succeed = async (): Promise<boolean> => {
      try {
        const next = await this.deps.open(this.#alive.map(({ runner }) => runner));
        if (this.#isWanted && place.replica === old && isNeeded()) {
          this.#put(index, next);
          leave(old);
          return true;
        }
        await next.close();
      } catch {
        // No memory for it, most likely: what is there goes on.
      }
      return false;
    };
    place.coming ??= this.#track(succeed()).finally(() => (place.coming = null));
    return place.coming;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#restarting.add(settled);
    void settled.finally(() => this.#restarting.delete(settled));
    return work;
  }

  /** It was ended for what it ran, and not for what it is: nothing speaks against another at once. */
  #restartNow(index: number, lostAt: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.attempt = 1;
    place.coming = this.#track(this.#restart(index, place.attempt, lostAt)).finally(
      () => (place.coming = null),
    );
  }

  #restartLater(index: number, lostAt: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    place.attempt += 1;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      void this.#track(this.#restart(index, place.attempt, lostAt));
    }, backoffMs(place.attempt));
    timer.unref();
    this.#restarts.add(timer);
  }

  async #restart(index: number, attempt: number, lostAt: number): Promise<boolean> {
    let replica: Replica;
    try {
      replica = await this.deps.open(this.#alive.map(({ runner }) => runner));
    } catch (error) {
      if (!this.#isWanted) return false;
      const others = this.#places.filter((_, other) => other !== index);
      if (others.some((place) => place.replica !== null || place.coming !== null))
        this.#restartLater(index, lostAt);
      else this.#lose(error instanceof DomainError ? error : lostForGood(error));
      return false;
    }
    if (!this.#isWanted) {
      await replica.close();
      return false;
    }
    this.#put(index, replica);
    this.deps.onRunnerRestarted?.({ attempt, afterMs: performance.now() - lostAt });
    return true;
  }

  get #isWanted(): boolean {
    return this.#released === undefined && this.#lost === undefined;
  }

  async #release(): Promise<void> {
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#wake();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await Promise.all(this.#restarting);
    try {
      await Promise.all(this.#alive.map((replica) => replica.close()));
    } finally {
      await this.deps.onReleased();
    }
  }
}

function unloaded(): DomainError {
  return new WorkerUnavailable('The model was unloaded; try again');
}

function lostForGood(cause: unknown): DomainError {
  return new WorkerUnavailable('The model could not be loaded again; try again', { cause });
}
