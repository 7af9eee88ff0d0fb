import { stat } from 'node:fs/promises';
import { DomainError } from '../platform/errors.js';
import { requireProviders } from './execution-providers.js';
import type { Isolation, LoadOptions } from './load-options.js';
import type { Runner, RunResult } from './runner.js';
import type { Tensor } from './tensor.js';
import { ThreadRunner } from './thread-runner.js';

const MAX_RUNNERS = 64;

/** A model held in memory, until release(). */
export interface LoadedModel {
  /** Milliseconds the runtime took to read, optimise and prepare the graph. */
  readonly loadMs: number;
  /** Sessions that share its runs, each on a runner of its own. */
  readonly replicas: number;
  readonly isolation: Isolation;
  /** PROCESS: what its processes hold, as they last said. THREAD: an estimate from the file. */
  readonly memoryBytes: number;
  /** Of its processes; none for THREAD. */
  readonly runnerPids: readonly number[];
  /**
   * Resolves, never rejects, when the model is lost because its runner ended; every later run is UNAVAILABLE. Stays
   * pending for a model that was released.
   */
  readonly failed: Promise<DomainError>;
  /**
   * Runs the graph once. Inputs must have passed checkInputs. Their arrays are handed over to the runner and are
   * empty afterwards; a part of a larger buffer, or a buffer used twice, is copied instead.
   * @param outputs names of the outputs wanted; none means all
   * @throws DomainError RUN_FAILED when the graph fails on these inputs, UNAVAILABLE when the model is gone
   */
  run(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<RunResult>;
  /** Frees the model once the runs under way have ended. A second call waits for the same. */
  release(): Promise<void>;
}

/**
 * A fixed number of runners, each with the sessions of several models. A model lives in the runner that held the
 * fewest when it was loaded. A runner that dies takes its models with it and is replaced for the next load.
 */
export class RunnerPool {
  readonly #runners: Runner[];
  readonly #failed = new Set<Runner>();
  readonly #models = new Set<LoadedModel>();
  readonly #loading = new Set<Promise<unknown>>();
  #nextSession = 0;
  #closing: Promise<void> | undefined;

  constructor(options: { workers: number; cacheDirectory?: string }) {
    this.#runners = Array.from({ length: Math.max(1, options.workers) }, () => this.#start());
  }

  /**
   * Loads a model from a file that is already verified.
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, UNAVAILABLE, INVALID_ARGUMENT for a provider that is not here
   */
  async load(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
    if (this.#closing !== undefined)
      throw new DomainError('UNAVAILABLE', 'The server is stopping and loads no more models');
    requireProviders(options.providers ?? ['CPU']);
    const loading = this.#load(path, options.threads ?? 1);
    this.#loading.add(loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(loading);
    }
  }

  /** Lets loads and runs under way finish, frees every model and ends the runners. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #load(path: string, threads: number): Promise<LoadedModel> {
    this.#replaceFailed();
    const runner = this.#leastLoaded();
    const session = this.#nextSession++;
    const { loadMs } = await runner.loadSession(session, path, threads);
    const bytes = (await stat(path)).size;
    const model = new RunnerModel(runner, session, loadMs, bytes, () => this.#models.delete(model));
    this.#models.add(model);
    return model;
  }

  /** Of those that answer. When none does, one more is started: a thread in an endless run cannot be ended. */
  #leastLoaded(): Runner {
    const answering = this.#runners.filter(({ unresponsive }) => !unresponsive);
    if (answering.length === 0 && this.#runners.length < MAX_RUNNERS) {
      const extra = this.#start();
      this.#runners.push(extra);
      return extra;
    }
    const candidates = answering.length > 0 ? answering : this.#runners;
    return candidates.reduce((least, other) => (other.load < least.load ? other : least));
  }

  #start(): Runner {
    const runner = new ThreadRunner();
    void runner.failed.then(() => this.#failed.add(runner));
    return runner;
  }

  /** At the next load and not at once: a runner that cannot even start must not be restarted in a loop. */
  #replaceFailed(): void {
    for (const [index, runner] of this.#runners.entries())
      if (this.#failed.delete(runner)) this.#runners[index] = this.#start();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#loading);
    await Promise.all([...this.#models].map((model) => model.release()));
    await Promise.all(this.#runners.map((runner) => runner.stop()));
  }
}

class RunnerModel implements LoadedModel {
  readonly failed: Promise<DomainError>;
  readonly replicas = 1;
  readonly isolation = 'THREAD';
  readonly runnerPids: readonly number[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #released: Promise<void> | undefined;

  constructor(
    private readonly runner: Runner,
    private readonly session: number,
    readonly loadMs: number,
    readonly memoryBytes: number,
    private readonly onReleased: () => void,
  ) {
    this.failed = runner.failed;
  }

  async run(inputs: readonly Tensor[], outputs?: readonly string[]): Promise<RunResult> {
    if (this.#released !== undefined)
      throw new DomainError('UNAVAILABLE', 'The model was unloaded; try again');
    const run = this.runner.run(this.session, inputs, outputs);
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#running);
    try {
      await this.runner.releaseSession(this.session);
    } catch (error) {
      // Its runner ended meanwhile, and the session with it.
      if (!(error instanceof DomainError && error.code === 'UNAVAILABLE')) throw error;
    } finally {
      this.onReleased();
    }
  }
}
