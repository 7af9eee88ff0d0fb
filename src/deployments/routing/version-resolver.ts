import { DEFAULT_ALIAS, type CatalogService, type VersionRecord } from '../../catalog/index.js';
import { DatabaseUnavailable } from '../../platform/failures.js';
import type { EventLog, NewEvent } from '../../platform/events/index.js';
import { withinLimit } from '../../platform/within-limit.js';

const MAX_REFS = 10_000;
/** How long what is known waits for the database to say whether it is still so. */
const CONFIRM_MS = 2_000;

interface Known {
  readonly version: VersionRecord;
  /** Since when something may have changed what the ref means; null: it means this now. */
  readonly doubtfulSince: Date | null;
}

/**
 * Version refs resolved from memory: a database query costs more than a small model's whole run. Invariant: while the
 * database answers, nothing resolved before a change of the catalog is answered after it, since every change passes
 * through the event log. While it does not, what was known is answered with the time until which it was so; what is
 * known to have changed is not.
 */
export class VersionResolver {
  private readonly known = new Map<string, Known>();
  private generation = 0;

  constructor(
    private readonly catalog: Pick<CatalogService, 'resolveVersion'>,
    events: Pick<EventLog, 'onCommitted' | 'onMissed'>,
    /** Since when other processes may have changed the catalog unheard; null while they cannot. */
    private readonly deafSince: () => Date | null,
  ) {
    events.onCommitted((event) => this.hear(event));
    events.onMissed(() => {
      this.generation += 1;
      this.known.clear();
    });
  }

  /**
   * @returns the version, with `resolvedAsOf` when that could not be confirmed
   * @throws DomainError as CatalogService.resolveVersion.
   */
  async resolve(ref: string): Promise<VersionRecord> {
    const known = this.known.get(ref);
    if (!known) return this.ask(ref);
    const doubtfulSince = known.doubtfulSince ?? this.deafSince();
    if (doubtfulSince === null) return known.version;
    try {
      return await withinLimit(this.ask(ref), CONFIRM_MS, late);
    } catch (error) {
      const isAway = error instanceof DatabaseUnavailable;
      // It may have changed, and have been heard of, while the database was asked.
      const still = this.known.get(ref);
      if (!isAway || still?.version !== known.version) throw error;
      return { ...known.version, resolvedAsOf: doubtfulSince };
    }
  }

  private async ask(ref: string): Promise<VersionRecord> {
    const { generation } = this;
    const version = await this.catalog.resolveVersion(ref);
    // A change while the query ran may have made its answer old.
    if (generation === this.generation) {
      if (this.known.size >= MAX_REFS) this.known.clear();
      this.known.set(ref, { version, doubtfulSince: null });
    }
    return version;
  }

  private hear(event: NewEvent): void {
    if (!/^(?:MODEL|VERSION|ALIAS)_/.test(event.kind)) return;
    this.generation += 1;
    const now = new Date();
    for (const [ref, { version, doubtfulSince }] of this.known) {
      if (event.model && event.model.id !== version.modelId) continue;
      const at = ref.indexOf('@');
      const effect = effectOn(at === -1 ? null : ref.slice(at + 1), event);
      if (effect === 'CHANGED') this.known.delete(ref);
      else if (effect === 'DOUBTFUL') this.known.set(ref, { version, doubtfulSince: doubtfulSince ?? now });
    }
  }
}

/** What an event about a model does to what a selector of one of its versions means; null is the bare name. */
function effectOn(selector: string | null, { kind, data }: NewEvent): 'NONE' | 'DOUBTFUL' | 'CHANGED' {
  switch (kind) {
    case 'ALIAS_MOVED':
    case 'ALIAS_REMOVED':
      return (selector ?? DEFAULT_ALIAS) === data?.alias ? 'CHANGED' : 'NONE';
    case 'VERSION_UNTAGGED':
      return selector === data?.tag ? 'CHANGED' : 'NONE';
    case 'VERSION_PUBLISHED':
      // A bare name may mean the newest version, a digest means the newest one of those bytes.
      return selector === null || selector.startsWith('sha256:') ? 'DOUBTFUL' : 'NONE';
    case 'VERSION_TAGGED':
    case 'ALIAS_PROTECTION_CHANGED':
      return 'NONE';
    case 'MODEL_DELETED':
      return 'CHANGED';
    default:
      return 'DOUBTFUL';
  }
}

function late(): DatabaseUnavailable {
  return new DatabaseUnavailable('The database does not answer at the moment. Try again shortly.');
}
