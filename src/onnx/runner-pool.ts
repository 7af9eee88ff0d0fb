import { stat } from 'node:fs/promises';
import { DomainError } from '../platform/errors.js';
import { requireProviders } from './execution-providers.js';
import { GraphCache } from './graph-cache.js';
import { GraphOptimizer } from './graph-optimizer.js';
import type { LoadOptions } from './load-options.js';
import type { LoadedModel } from './loaded-model.js';
import { ProcessSeating } from './process-seating.js';
import { Replica } from './replica.js';
import { ReplicatedModel } from './replicated-model.js';
import type { Runner } from './runner.js';
import type { Seating } from './seat.js';
import type { LoadOutcome, LoadSpec } from './session-host.js';
import { DEFAULT_SETTINGS } from './session-options.js';
import { ThreadSeating } from './thread-seating.js';

/** Loads models and holds their runners: threads that models share, and processes that belong to one model each. */
export class RunnerPool {
  readonly #threads: ThreadSeating;
  readonly #cache: GraphCache | undefined;
  readonly #optimizer: GraphOptimizer | undefined;
  readonly #models = new Set<LoadedModel>();
  readonly #loading = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * @param options.workers shared threads at most; they start when they are needed
   * @param options.cacheDirectory where optimised graphs are kept between loads; without it they are not
   */
  constructor(options: { workers: number; cacheDirectory?: string }) {
    this.#threads = new ThreadSeating(Math.max(1, options.workers));
    if (options.cacheDirectory !== undefined) {
      this.#cache = new GraphCache(options.cacheDirectory);
      this.#optimizer = new GraphOptimizer(this.#cache);
    }
  }

  /**
   * Loads a model from a file that is already verified.
   * @param file its path; or what gives it whenever a session is opened, for a file that may have to be made anew
   * @throws DomainError INVALID_MODEL, UNSUPPORTED_MODEL, UNAVAILABLE, INVALID_ARGUMENT for a provider that is not here
   */
  async load(file: string | (() => Promise<string>), options: LoadOptions = {}): Promise<LoadedModel> {
    if (this.#closing !== undefined)
      throw new DomainError('UNAVAILABLE', 'The server is stopping and loads no more models');
    requireProviders(options.providers ?? DEFAULT_SETTINGS.providers);
    const loading = this.#load(typeof file === 'string' ? () => Promise.resolve(file) : file, options);
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

  async #load(file: () => Promise<string>, options: LoadOptions): Promise<LoadedModel> {
    const isolation = options.isolation ?? 'THREAD';
    const seating: Seating = isolation === 'PROCESS' ? new ProcessSeating(options.maxRunMs) : this.#threads;
    const path = await file();
    const settings = {
      bytes: await sizeOf(path),
      threads: options.threads ?? DEFAULT_SETTINGS.threads,
      optimization: options.optimization ?? DEFAULT_SETTINGS.optimization,
      providers: options.providers ?? DEFAULT_SETTINGS.providers,
    };
    const key =
      options.digest === undefined || settings.optimization === 'DISABLED'
        ? undefined
        : this.#cache?.keyOf(options.digest, settings);
    const direct = async (): Promise<LoadSpec> => ({ ...settings, path: await file() });
    const spec = async (): Promise<LoadSpec> => {
      const cached = key === undefined ? undefined : await this.#cache?.find(key);
      return cached === undefined ? direct() : { ...(await direct()), cached };
    };
    const loads: LoadOutcome[] = [];
    const open = async (taken: readonly Runner[]): Promise<Replica> => {
      const what = await spec();
      const seat = await seating.open(what, taken).catch(async (error: unknown) => {
        if (what.cached === undefined) throw error;
        await this.#cache?.drop(what.cached.path);
        return seating.open(await direct(), taken);
      });
      const { cache, loadMs } = seat.outcome;
      loads.push(seat.outcome);
      if (cache === 'BROKEN' && what.cached !== undefined) await this.#cache?.drop(what.cached.path);
      if (cache !== 'HIT' && key !== undefined) this.#optimizer?.consider(key, await direct(), loadMs);
      return new Replica(seating, spec, seat);
    };
    const replicas = await openAll(options.replicas ?? 1, open);
    const model = new ReplicatedModel(isolation, replicas, {
      loadMs: Math.max(...loads.map(({ loadMs }) => loadMs)),
      fromCache: loads.every(({ cache }) => cache === 'HIT'),
      sessionBytes: estimateBytes(settings.bytes),
      open,
      defaults: options.defaults ?? [],
      onReleased: () => this.#models.delete(model),
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

/** 0 for a file that is not there: the runtime says so in the same way for every model. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
