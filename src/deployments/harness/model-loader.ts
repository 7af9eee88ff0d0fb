import type { ArtifactStore } from '../../artifacts/index.js';
import type { VersionRecord } from '../../catalog/index.js';
import { defaultInputs } from '../../tensors/index.js';
import { type LoadedModel, type LoadOptions, type RunnerPool } from '../../runtime/index.js';
import type { RuntimeGraphs } from '../../runtime/index.js';
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

/** From a version to something that runs. The bytes are hashed again first: a disk may have changed them. */
export class ModelLoader {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly graphs: RuntimeGraphs,
    private readonly runners: RunnerPool,
    private readonly memory: MemoryBudget,
  ) {}

  /** @throws DomainError OVERLOADED when there is no room; what RuntimeGraphs.open and RunnerPool.load throw. */
  async load(
    version: VersionRecord,
    runtime: RuntimeSettings,
    observer: Pick<LoadOptions, 'onRunnerLost' | 'onRunnerRestarted'> = {},
  ): Promise<PlacedModel> {
    const { threads, replicas, isolation, graphOptimization, executionProviders, maxRunMs } = runtime;
    const { size } = await this.artifacts.stat(version.artifactDigest);
    const ofOne = size + (isolation === 'PROCESS' ? PROCESS_BYTES : 0);
    const place = await this.memory.reserve(replicas * ofOne, version.ref);
    let model: LoadedModel | undefined;
    try {
      const graph = await this.graphs.open({ digest: version.artifactDigest, rewrites: version.rewrites });
      model = await this.runners.load(() => graph.files(), {
        threads,
        replicas,
        isolation,
        maxRunMs,
        maxMemoryBytes: memoryLimit(runtime.maxMemoryBytes, size, this.memory.limitBytes),
        optimization: graphOptimization,
        providers: executionProviders,
        digest: graph.key,
        defaults: defaultInputs(version.signature),
        ...observer,
      });
      await place.resize(model.memoryBytes);
      return { model, place };
    } catch (error) {
      await model?.release();
      place.free();
      throw error;
    }
  }
}
