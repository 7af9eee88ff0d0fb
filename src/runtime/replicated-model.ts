import { DomainError } from '../platform/errors.js';
import { NODE_DATA_BYTES } from '../platform/children/process-limits.js';
import { dataBytesOf } from '../platform/children/process-memory.js';
import { withDefaults, type Tensor } from '../tensors/index.js';
import type { LoadedModel } from './loaded-model.js';
import { Growth } from './processes/growth.js';
import { ReplicaPlaces, unloaded } from './replica-places.js';
import type { Replica } from './replica.js';
import type { Runner, RunOptions, RunResult, RunUnderWay } from './runner.js';
import { RunnerLost } from './runner-lost.js';
import type { Isolation, LoadOptions } from './sessions/load-options.js';

/** How often one run is tried; it is being worked on in the last of them only. */
const MAX_ATTEMPTS = 5;

/**
 * A model in several sessions, each on a runner of its own. The least busy takes the next run; a run whose runner was lost
 * before it began, or had no memory beside what earlier runs left, goes to another.
 */
export class ReplicatedModel implements LoadedModel {
  readonly isRemote = false;
  readonly failed: Promise<DomainError>;
  readonly loadMs: number;
  readonly fromCache: boolean;
  readonly replicas: number;
  readonly #places: ReplicaPlaces;
  #running = 0;
  /** Called when the last run under way has ended. */
  #idle: (() => void) | undefined;
  #growth = Growth.UNBOUNDED;
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
    this.#places = new ReplicaPlaces(replicas, deps);
    this.failed = this.#places.failed;
  }

  get lost(): boolean {
    return this.#places.lost !== undefined;
  }

  get memoryBytes(): number {
    const { alive } = this.#places;
    return alive.reduce((sum, { runner }) => sum + (runner.residentBytes ?? this.deps.sessionBytes), 0);
  }

  get runnerPids(): readonly number[] {
    return this.#places.alive.flatMap(({ runner }) => runner.pid ?? []);
  }

  async run(
    inputs: readonly Tensor[],
    outputs?: readonly string[],
    options?: RunOptions,
  ): Promise<RunResult> {
    this.#running += 1;
    try {
      for (let attempt = 1; ; attempt += 1) {
        if (this.#released !== undefined) throw this.#places.lost ?? unloaded();
        const replica = this.#places.leastBusy() ?? (await this.#places.comesBack());
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
    const replica = this.#places.alive.find(({ runner }) => runner === run.runner);
    if (replica === undefined || !run.atWork) return;
    const end = () => {
      if (run.atWork) run.runner?.end();
    };
    const leave = (old: Replica) => {
      // Out of its place already, so its loss is reported only here.
      void old.failed.then((error) => this.#places.tellLost(error));
      end();
    };
    // When there is no room for two at once, the other comes later.
    void this.#places
      .succeed(replica, leave, () => run.atWork)
      .then((inPlace) => {
        if (!inPlace) end();
      });
  }

  warmedUp(): void {
    const held = this.#places.alive.map(({ runner }) => runner.residentBytes ?? 0);
    if (this.isolation === 'PROCESS') this.#growth = new Growth(Math.max(0, ...held));
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /**
   * Whether the run is to be tried on another process: it had not begun, or there was no memory for it beside what others
   * left. A process that has held so much is replaced in any case: the runtime may have lost track of what it took.
   */
  async #mayGoOn(error: unknown, replica: Replica, attempt: number): Promise<boolean> {
    if (error instanceof RunnerLost) return !error.atWork && this.#places.isWanted;
    if (!(error instanceof DomainError) || error.code !== 'MODEL_OUT_OF_MEMORY') return false;
    // Another is in its place already.
    if (!this.#places.alive.includes(replica)) return attempt === 1;
    const { pid, residentBytes = 0 } = replica.runner;
    const data = pid === undefined ? undefined : dataBytesOf(pid);
    const held = Math.max(residentBytes, (data ?? 0) - NODE_DATA_BYTES);
    if (!this.#growth.hasGrown(held)) return false;
    const replaced = this.#replace(replica);
    return attempt === 1 && (await replaced);
  }

  #giveBack(grown: Replica): void {
    if (!this.#places.alive.includes(grown)) return;
    if (this.#growth.mayGiveBack(grown.runner.residentBytes ?? 0)) void this.#replace(grown);
  }

  #replace(replica: Replica): Promise<boolean> {
    return this.#places.succeed(replica, (old) => this.#places.retire(old));
  }

  async #release(): Promise<void> {
    this.#places.close();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await this.#places.settled();
    try {
      await Promise.all(this.#places.alive.map((replica) => replica.close()));
    } finally {
      await this.deps.onReleased();
    }
  }
}
