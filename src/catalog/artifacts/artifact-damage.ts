import type { EventLog, NewEvent } from '../../platform/events/index.js';
import type { CatalogStores } from '../catalog-stores.js';

/** The same bytes are mostly one version's; an owner of several hears of the newest. */
const MAX_TOLD = 20;

/** Tells the owners of versions what became of the bytes that these consist of. */
export class ArtifactDamageEvents {
  constructor(
    private readonly stores: CatalogStores,
    private readonly events: Pick<EventLog, 'record'>,
  ) {}

  /** @throws DomainError UNAVAILABLE */
  async damaged(digest: string, actual: string): Promise<void> {
    await this.tell('ARTIFACT_DAMAGED', digest, (ref) => ({
      message: `The stored bytes of ${ref} are damaged: it cannot be loaded or downloaded. Send the same file (${digest}) to POST /artifacts again, which mends it`,
      data: { digest, actual },
    }));
  }

  /** @throws DomainError UNAVAILABLE */
  async mended(digest: string): Promise<void> {
    await this.tell('ARTIFACT_MENDED', digest, (ref) => ({
      message: `The stored bytes of ${ref} are whole again`,
      data: { digest },
    }));
  }

  private async tell(
    kind: NewEvent['kind'],
    digest: string,
    say: (ref: string) => Pick<NewEvent, 'message' | 'data'>,
  ): Promise<void> {
    for (const version of await this.stores.versions.ofArtifact(digest, MAX_TOLD))
      this.events.record({
        kind,
        actor: 'system',
        model: { id: version.modelId, name: version.modelName },
        version: { id: version.id, number: version.number },
        ...say(version.ref),
      });
  }
}
