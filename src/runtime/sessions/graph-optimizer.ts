import type { GraphCache } from './graph-cache.js';
import { ModelFolders, type ModelFiles } from '../model-folders.js';
import { ProcessRunner } from '../processes/process-runner.js';
import type { LoadSpec } from './session-host.js';

/** Below this nobody waits for a load. */
const SHORT_MS = 100;
/** Reading and checking a file costs some milliseconds a megabyte, whatever is in it: only what goes beyond can be saved. */
const MS_PER_MEGABYTE = 8;
/** Beside a multiple of the file: it is loaded twice, and constants may grow while they are folded. */
const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Writes optimised graphs into the cache, after a model has shown that it loads slowly: one after the other, in a process
 * of its own that gives way to everything else, so that no load, run or request waits for it.
 */
export class GraphOptimizer {
  #last: Promise<void> = Promise.resolve();
  readonly #tried = new Set<string>();
  #runner: ProcessRunner | undefined;
  #closed = false;

  constructor(
    private readonly cache: GraphCache,
    private readonly folders = new ModelFolders(),
  ) {}

  /**
   * @param loadMs what the direct load took
   * @param files where the model lies when its turn comes; it may have been released by then
   */
  consider(key: string, spec: LoadSpec, loadMs: number, files: ModelFiles = { model: spec.path }): void {
    if (this.#tried.has(key) || loadMs < SHORT_MS || loadMs < (spec.bytes / 1e6) * MS_PER_MEGABYTE) return;
    this.#tried.add(key);
    this.#last = this.#last.then(() => this.#write(key, files, spec));
  }

  /** Resolves when everything considered so far has been written or given up. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Gives up what is being written; it will be considered again after the next load. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#runner?.abandon();
    await this.#last;
  }

  async #write(key: string, files: ModelFiles, spec: LoadSpec): Promise<void> {
    const draft = await this.cache.draft();
    if (draft === undefined || this.#closed) return;
    const runner = (this.#runner = new ProcessRunner({ maxMemoryBytes: MEMORY_BYTES + 8 * spec.bytes }));
    const held = await this.folders.hold(files).catch(() => undefined);
    try {
      runner.giveWay();
      if (held === undefined) return;
      const { written } = await runner.loadSession(0, { ...spec, path: held.path, writeTo: draft });
      if (written !== undefined) await this.cache.keep(draft, key, written);
    } catch {
      // It crashed or took too long where nobody waited for it.
    } finally {
      this.#runner = undefined;
      await runner.stop();
      await this.cache.drop(draft);
      await held?.release();
    }
  }
}
