import type { CatalogService, VersionRecord } from '../catalog/index.js';
import type { EventLog } from '../platform/events/index.js';

const MAX_REFS = 10_000;

/**
 * Version refs resolved from memory: a database query costs more than a small model's whole run. Invariant: nothing
 * resolved before a change of the catalog is answered after it, since every change passes through the event log.
 */
export class VersionResolver {
  private readonly resolved = new Map<string, VersionRecord>();
  private generation = 0;

  constructor(
    private readonly catalog: CatalogService,
    events: EventLog,
  ) {
    events.onCommitted(({ kind }) => {
      if (/^(MODEL|VERSION|ALIAS)_/.test(kind)) this.forget();
    });
    events.onMissed(() => this.forget());
  }

  /** @throws DomainError as CatalogService.resolveVersion. */
  async resolve(ref: string): Promise<VersionRecord> {
    const known = this.resolved.get(ref);
    if (known) return known;
    const { generation } = this;
    const version = await this.catalog.resolveVersion(ref);
    // A change while the query ran may have made its answer old.
    if (generation === this.generation) {
      if (this.resolved.size >= MAX_REFS) this.resolved.clear();
      this.resolved.set(ref, version);
    }
    return version;
  }

  private forget(): void {
    this.generation += 1;
    this.resolved.clear();
  }
}
