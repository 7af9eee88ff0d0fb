import { stat } from 'node:fs/promises';
import type { DomainError } from '../platform/errors.js';
import { StoreUnavailable, WorkerUnavailable } from '../platform/failures.js';
import { requireProviders } from './sessions/execution-providers.js';
import { GraphCache } from './sessions/graph-cache.js';
import { GraphOptimizer } from './sessions/graph-optimizer.js';
import type { LoadOptions } from './sessions/load-options.js';
import type { LoadedModel } from './loaded-model.js';
import { ModelFolders, type HeldModel, type ModelFiles } from './model-folders.js';
import { ProcessSeating } from './processes/process-seating.js';
import { Replica } from './replica.js';
import { ReplicatedModel } from './replicated-model.js';
import type { Runner } from './runner.js';
import type { Seating } from './seat.js';
import type { LoadOutcome, LoadSpec } from './sessions/session-host.js';
import { DEFAULT_SETTINGS } from './sessions/session-options.js';
import { ThreadSeating } from './threads/thread-seating.js';

type GivenFiles = string | ModelFiles | (() => Promise<string | ModelFiles>);

/** Loads models and holds their runners: threads that models share, and processes that belong to one model each. */
export class RunnerPool {
  readonly #folders: ModelFolders;
  readonly #ownsFolders: boolean;
  readonly #threads: ThreadSeating;
  readonly #cache: GraphCache | undefined;
  readonly #optimizer: GraphOptimizer | undefined;
  readonly #models = new Set<LoadedModel>();
  readonly #loading = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * @param options.workers shared threads at most; they start when they are needed
   * @param options.cacheDirectory where optimised graphs are kept between loads; without it they are not
   * @param options.folders where models lie while they are loaded; shared with the inspector, which loads models too
   */
  constructor(options: { workers: number; cacheDirectory?: string; folders?: ModelFolders }) {
    this.#folders = options.folders ?? new ModelFolders();
    this.#ownsFolders = options.folders === undefined;
    this.#threads = new ThreadSeating(Math.max(1, options.workers));
    if (options.cacheDirectory !== undefined) {
      this.#cache = new GraphCache(options.cacheDirectory);
      this.#optimizer = new GraphOptimizer(this.#cache, this.#folders);
    }
  }

  /**
   * @param files what gives them is asked once: they are held until the model is released
   * Loads a model from files that are already verified. The runtime sees them in a folder of their own.
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, UNAVAILABLE, INVALID_ARGUMENT for a provider that is not here
   */
  async load(files: GivenFiles, options: LoadOptions = {}): Promise<LoadedModel> {
    if (this.#closing !== undefined)
      throw new WorkerUnavailable('The server is stopping and loads no more models');
    requireProviders(options.providers ?? DEFAULT_SETTINGS.providers);
    const loading = this.#load(files, options);
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

  async #load(given: GivenFiles, options: LoadOptions): Promise<LoadedModel> {
    const held: HeldModel[] = [];
    const release = async () => {
      await Promise.all(held.map((folder) => folder.release()));
    };
    try {
      const files = typeof given === 'function' ? await given() : given;
      return await this.#loadHeld(
        typeof files === 'string' ? { model: files } : files,
        options,
        held,
        release,
      );
    } catch (error) {
      await release();
      throw error;
    }
  }

  async #loadHeld(
    files: ModelFiles,
    options: LoadOptions,
    held: HeldModel[],
    release: () => Promise<void>,
  ): Promise<LoadedModel> {
    const hold = async (what: ModelFiles): Promise<string> => {
      const folder = await this.#folders.hold(what).catch((error: unknown) => {
        throw unreadable(error);
      });
      held.push(folder);
      return folder.path;
    };
    const isolation = options.isolation ?? 'THREAD';
    const seating: Seating = isolation === 'PROCESS' ? new ProcessSeating(options) : this.#threads;
    const direct: LoadSpec = {
      path: await hold(files),
      bytes: await sizeOf(files),
      threads: options.threads ?? DEFAULT_SETTINGS.threads,
      optimization: options.optimization ?? DEFAULT_SETTINGS.optimization,
      providers: options.providers ?? DEFAULT_SETTINGS.providers,
      ...(options.providerOptions && { providerOptions: options.providerOptions }),
    };
    const key =
      options.digest === undefined || direct.optimization === 'DISABLED'
        ? undefined
        : this.#cache?.keyOf(options.digest, direct);
    // By the file in the cache, so that a replica which is loaded again finds the same folder.
    const optimized = new Map<string, string>();
    const spec = async (): Promise<LoadSpec> => {
      const cached = key === undefined ? undefined : await this.#cache?.find(key);
      if (cached === undefined) return direct;
      try {
        const path = optimized.get(cached.path) ?? (await hold({ ...files, model: cached.path }));
        optimized.set(cached.path, path);
        return { ...direct, cached: { path, sha256: cached.sha256, stored: cached.path } };
      } catch {
        // It went between the two: nothing needs it.
        return direct;
      }
    };
    const loads: LoadOutcome[] = [];
    const open = async (taken: readonly Runner[]): Promise<Replica> => {
      const what = await spec();
      const seat = await seating.open(what, taken).catch(async (error: unknown) => {
        if (what.cached === undefined) throw error;
        await this.#cache?.drop(what.cached.stored ?? what.cached.path);
        return seating.open(direct, taken);
      });
      const { cache, loadMs } = seat.outcome;
      loads.push(seat.outcome);
      if (cache === 'BROKEN' && what.cached !== undefined)
        await this.#cache?.drop(what.cached.stored ?? what.cached.path);
      if (cache !== 'HIT' && key !== undefined) this.#optimizer?.consider(key, direct, loadMs, files);
      return new Replica(seating, spec, seat);
    };
    const replicas = await openAll(options.replicas ?? 1, open);
    const model = new ReplicatedModel(isolation, replicas, {
      loadMs: Math.max(...loads.map(({ loadMs }) => loadMs)),
      fromCache: loads.every(({ cache }) => cache === 'HIT'),
      sessionBytes: estimateBytes(direct.bytes),
      open,
      defaults: options.defaults ?? [],
      onReleased: async () => {
        this.#models.delete(model);
        await release();
      },
      onRunnerLost: options.onRunnerLost,
      onRunnerRestarted: options.onRunnerRestarted,
    });
    this.#models.add(model);
    return model;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#loading);
    await Promise.all([...this.#models].map((model) => model.release()));
    await this.#threads.end();
    await this.#optimizer?.close();
    if (this.#ownsFolders) await this.#folders.close();
  }
}

/** One after the other: the first finds out whether the model loads, and the next find its optimised graph. */
async function openAll(
  count: number,
  open: (taken: readonly Runner[]) => Promise<Replica>,
): Promise<Replica[]> {
  const replicas: Replica[] = [];
  try {
    while (replicas.length < count) replicas.push(await open(replicas.map(({ runner }) => runner)));
    return replicas;
  } catch (error) {
    await Promise.all(replicas.map((replica) => replica.close()));
    throw error;
  }
}

/**
 * What a session in a thread takes, which nothing tells apart from the rest of the process. Measured by processes: 1.1 times
 * the file for matrix products, 2.3 times for convolutions, whose weights are laid out anew, and some 30 kB a node.
 */
function estimateBytes(fileBytes: number): number {
  return Math.ceil(1.5 * fileBytes) + 2 ** 20;
}

/** 0 for a file that is not there: what is missing is said when it is loaded. */
async function sizeOf({ model, data = [] }: ModelFiles): Promise<number> {
  const sizes = [model, ...data.map(({ path }) => path)].map((path) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function unreadable(error: unknown): DomainError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new StoreUnavailable(`The model's file could not be read (${code}); try again`, {
    cause: error,
  });
}
