import type { ArtifactStore } from '../../artifacts/index.js';
import type { VersionRecord } from '../../catalog/index.js';
import { defaultInputs } from '../../tensors/index.js';
import {
  type LoadedModel,
  type LoadOptions,
  REMOTE_BYTES,
  type RemoteEngines,
  type RemoteTarget,
  type RunnerPool,
  type RuntimeGraphs,
} from '../../runtime/index.js';
import { memoryLimit } from './memory-limit.js';
import type { MemoryBudget, Place } from './memory-budget.js';
import type { RuntimeSettings } from '../records.js';

/** What a process takes besides its model, at most; what it really takes is known once the model is loaded. */
const PROCESS_BYTES = 48 * 1024 ** 2;

export interface PlacedModel {
  readonly model: LoadedModel;
  /** To be freed when the model is. */
  readonly place: Place;
}

export async function freeModel({ model, place }: PlacedModel): Promise<void> {
  await model.release().finally(() => place.free());
}

/** Who hears of its runners, and whether the same model has served here before. */
export type LoadOccasion = Pick<LoadOptions, 'onRunnerLost' | 'onRunnerRestarted'> & {
  readonly hasServed?: boolean;
};

/** From a version to something that runs. The bytes are hashed again first: a disk may have changed them. */
export class ModelLoader {
  constructor(
    private readonly deps: {
      readonly artifacts: ArtifactStore;
      readonly graphs: RuntimeGraphs;
      readonly runners: RunnerPool;
      readonly remotes: RemoteEngines;
      readonly memory: MemoryBudget;
    },
  ) {}

  /**
   * @throws DomainError OVERLOADED when there is no room; what RuntimeGraphs.open, RunnerPool.load and RemoteEngines.load throw.
   */
  async load(
    version: VersionRecord,
    runtime: RuntimeSettings,
    occasion: LoadOccasion = {},
  ): Promise<PlacedModel> {
    const { artifacts, graphs, memory } = this.deps;
    const { size } = await artifacts.stat(version.artifactDigest);
    const remote = runtime.remote ?? (await graphs.remoteOf(version.artifactDigest))?.target ?? null;
    const ofOne = remote ? REMOTE_BYTES : size + (runtime.isolation === 'PROCESS' ? PROCESS_BYTES : 0);
    const place = await memory.reserve(remote ? ofOne : runtime.replicas * ofOne, version.ref);
    let model: LoadedModel | undefined;
    try {
      model = await (remote
        ? this.loadRemote(remote, version, runtime, occasion)
        : this.loadHere(version, runtime, size, occasion));
      await place.resize(model.memoryBytes);
      return { model, place };
    } catch (error) {
      await model?.release();
      place.free();
      throw error;
    }
  }

  private async loadHere(
    version: VersionRecord,
    runtime: RuntimeSettings,
    size: number,
    { onRunnerLost, onRunnerRestarted }: LoadOccasion,
  ): Promise<LoadedModel> {
    const { graphs, runners, memory } = this.deps;
    const { threads, replicas, isolation, graphOptimization, executionProviders, maxRunMs } = runtime;
    const graph = await graphs.open({ digest: version.artifactDigest, rewrites: version.rewrites });
    return runners.load(() => graph.files(), {
      threads,
      replicas,
      isolation,
      maxRunMs,
      maxMemoryBytes: memoryLimit(runtime.maxMemoryBytes, size, memory.limitBytes),
      optimization: graphOptimization,
      providers: executionProviders,
      providerOptions: runtime.executionProviderOptions,
      digest: graph.key,
      defaults: defaultInputs(version.signature),
      ...(onRunnerLost && { onRunnerLost }),
      ...(onRunnerRestarted && { onRunnerRestarted }),
    });
  }

  private loadRemote(
    remote: RemoteTarget,
    { signature }: VersionRecord,
    { replicas, maxRunMs }: RuntimeSettings,
    { onRunnerLost, hasServed = false }: LoadOccasion,
  ): Promise<LoadedModel> {
    const defaults = defaultInputs(signature);
    const heard = onRunnerLost && { onRunnerLost };
    return this.deps.remotes.load(remote, { signature, replicas, maxRunMs, defaults, hasServed, ...heard });
  }
}
