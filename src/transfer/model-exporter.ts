import type { ArtifactStore } from '../artifacts/index.js';
import { DomainError } from '../platform/errors.js';
import type { CatalogStores } from '../catalog/index.js';
import { writableArchive, type WritableArchive } from './archive/archive-writer.js';
import type { SnapshotStore } from './snapshot-store.js';

export class ModelExporter {
  constructor(
    private readonly stores: CatalogStores,
    private readonly snapshots: SnapshotStore,
    private readonly artifacts: ArtifactStore,
  ) {}

  /**
   * The model as it is at this instant, ready to be written.
   *
   * @throws DomainError MODEL_NOT_FOUND, ARCHIVE_TOO_LARGE; ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT when a file is not
   * there as it should be
   */
  async prepare(name: string, field: readonly string[]): Promise<WritableArchive> {
    const snapshot = await this.snapshots.read(name);
    if (!snapshot) throw await this.stores.unknownModel(name, field);
    const { manifest } = snapshot;
    // Said now, since once the first byte is out nothing can be said any more.
    for (const { digest, size } of manifest.blobs) {
      const stored = await this.artifacts.stat(digest);
      if (stored.size !== size)
        throw new DomainError(
          'ARTIFACT_CORRUPT',
          `Expected ${size} stored bytes of ${digest}, got ${stored.size}: upload the file again, then export again.`,
          { field },
        );
    }
    return writableArchive(manifest, this.artifacts);
  }
}
