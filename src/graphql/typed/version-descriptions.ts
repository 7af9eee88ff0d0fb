import { LRUCache } from 'lru-cache';
import type { VersionRecord } from '../../catalog/index.js';
import type { Logger } from '../../platform/logging.js';
import type { PredictionService, VersionDescription } from '../../predictions/index.js';

const MAX_VERSIONS = 10_000;

interface Told {
  readonly description: VersionDescription;
  /** Of versions that take and answer the same, the same. */
  readonly text: string;
}

/** What versions take and answer, by their ids: versions are immutable, and comparing two is part of every request. */
export class VersionDescriptions {
  private readonly known = new LRUCache<string, { readonly told: Told | null }>({ max: MAX_VERSIONS });

  constructor(
    private readonly predictions: Pick<PredictionService, 'describe'>,
    private readonly logger: Logger,
  ) {}

  has(versionId: string): boolean {
    return this.known.has(versionId);
  }

  /** Null for a version that cannot be read, and for one that is not known. */
  find(versionId: string): Told | null {
    return this.known.get(versionId)?.told ?? null;
  }

  /** Null for a version that cannot be read. */
  of(version: VersionRecord): Told | null {
    const known = this.known.get(version.id);
    if (known) return known.told;
    const told = this.read(version);
    this.known.set(version.id, { told });
    return told;
  }

  private read(version: VersionRecord): Told | null {
    try {
      const description = this.predictions.describe(version);
      return { description, text: JSON.stringify(description) };
    } catch (error) {
      this.logger.warn({ err: error, version: version.ref }, 'a version without a field: it cannot be read');
      return null;
    }
  }
}
