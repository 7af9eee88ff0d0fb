import type { CatalogService } from '../../catalog/index.js';
import type { MemoryBudget, Place } from '../../deployments/index.js';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import type { LoadedModel, RunnerPool, RuntimeGraphs } from '../../runtime/index.js';
import { defaultInputs } from '../../tensors/index.js';
import { AskedProcesses, ChildRefused } from '../children/asked-processes.js';
import type { TensorTask } from '../methods/explanation-method.js';
import type { GradientWish } from './gradient-graph.js';

export interface GradientDependencies {
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
  readonly catalog: Pick<CatalogService, 'artifactsByDigests'>;
  readonly memory: Pick<MemoryBudget, 'reserve'>;
  /** Gives requests their turn. */
  readonly pause: () => Promise<void>;
}

/** A gradient graph in memory. */
export interface GradientModel {
  readonly model: LoadedModel;
  /** Whether the file proves that rows do not meet, so that many may run together. */
  readonly rowsProven: boolean;
}

interface Held extends GradientModel {
  readonly key: string;
  readonly place: Place;
}

const HEAP_MEGABYTES = 768;
/** The next instance of a request is explained by the same graph. */
const IDLE_MS = 10_000;
/** Of the artifact, what a process of a gradient graph takes until it says itself. */
const TIMES = 3;
const PROCESS_BYTES = 64 * 1024 ** 2;

/** Writes, loads and frees gradient graphs, one at a time, within the memory that all models share. */
export class GradientModels {
  private readonly writers: AskedProcesses<GradientWish, string>;
  private held: Held | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** Why a version has no gradient graph, by key. */
  private readonly refusals = new Map<string, string>();

  constructor(private readonly deps: GradientDependencies) {
    const entry = compiledEntry(import.meta.url, './gradient-child.js');
    this.writers = new AskedProcesses(entry, 'gradient graphs are waiting', HEAP_MEGABYTES);
  }

  /**
   * One caller after the other. The model is freed when nobody has used it for ten seconds.
   *
   * @throws ChildRefused with why there is no gradient graph, as a clause; what loading and `use` throw
   */
  async with<Result>(task: TensorTask, use: (model: GradientModel) => Promise<Result>): Promise<Result> {
    const turn = this.last.then(async () => {
      clearTimeout(this.idleTimer);
      try {
        return await use(await this.open(task));
      } finally {
        this.idleTimer = setTimeout(() => void this.free(), IDLE_MS).unref();
      }
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.writers.close();
    await this.last;
    clearTimeout(this.idleTimer);
    await this.free();
  }

  private async open(task: TensorTask): Promise<GradientModel> {
    const { version, target, space, signal } = task;
    signal.throwIfAborted();
    const { artifactDigest: digest, rewrites } = version;
    const { output } = target;
    if (output === null)
      throw new ChildRefused('the target is made by steps of the pipeline after the graph');
    const inputs = space.inputs.map(({ name }) => name);
    const key = JSON.stringify([digest, rewrites, output, space.isStacked, inputs]);
    if (this.held?.key === key && !this.held.model.lost) return this.held;
    await this.free();
    const refusal = this.refusals.get(key);
    if (refusal !== undefined) throw new ChildRefused(refusal);
    if ((await this.deps.graphs.remoteOf(digest, signal)) !== null)
      throw new ChildRefused('the model is on another server, which does not show its graph');
    try {
      this.held = await this.load(task, key, inputs, output);
    } catch (error) {
      if (error instanceof ChildRefused) this.remember(key, error.message);
      throw error;
    }
    return this.held;
  }

  private async load(
    { version, space, signal }: TensorTask,
    key: string,
    inputs: readonly string[],
    output: { readonly name: string; readonly element: number },
  ): Promise<Held> {
    const { graphs, runners, memory, catalog } = this.deps;
    const { artifactDigest: digest, rewrites } = version;
    const name = JSON.stringify([GRADIENTS, output, space.isStacked, inputs]);
    const made = await graphs.made(
      { digest, rewrites },
      name,
      ({ model, data = [] }, target) =>
        this.writers.ask({ path: model, data, target, output: output.name, element: output.element, isStacked: space.isStacked, inputs }, signal), // prettier-ignore
      signal,
    );
    const [artifact] = await catalog.artifactsByDigests([digest]);
    const bytes = TIMES * Number(artifact?.size ?? 0n) + PROCESS_BYTES;
    const place = await memory.reserve(bytes, `the gradients of ${version.ref}`);
    let model: LoadedModel | undefined;
    try {
      model = await runners.load(made.files, { isolation: 'PROCESS', digest: made.key, defaults: defaultInputs(version.signature) }); // prettier-ignore
      await place.resize(model.memoryBytes);
    } catch (error) {
      await model?.release();
      place.free();
      if (isUnsupported(error)) throw new ChildRefused('the runtime has an operator of its gradient for another datatype only'); // prettier-ignore
      throw error;
    }
    return { key, model, place, rowsProven: artifact?.rowProof?.proven === true };
  }

  private async free(): Promise<void> {
    const { held } = this;
    this.held = null;
    if (held !== null) await held.model.release().finally(() => held.place.free());
  }

  private remember(key: string, reason: string): void {
    if (this.refusals.size >= 1_000) this.refusals.clear();
    this.refusals.set(key, reason);
  }
}

/** Raised when gradient graphs are written differently: kept ones are not used any more. */
const GRADIENTS = 'gradients 1';

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'UNSUPPORTED_MODEL' || error.code === 'INVALID_MODEL'); // prettier-ignore
}
