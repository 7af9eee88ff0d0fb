import type { ArtifactStore } from '../artifacts/index.js';
import type { VersionRecord } from '../catalog/index.js';
import type { LoadedModel, RunnerPool } from '../onnx/index.js';
import type { RuntimeSettings } from './records.js';

/** From a version to something that runs. The bytes are hashed again first: a disk may have changed them. */
export class ModelLoader {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly runners: RunnerPool,
  ) {}

  async load(version: VersionRecord, runtime: RuntimeSettings): Promise<LoadedModel> {
    const path = await this.artifacts.verified(version.artifactDigest);
    return this.runners.load(path, { threads: runtime.threads });
  }
}
