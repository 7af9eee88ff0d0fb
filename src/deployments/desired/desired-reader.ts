import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import { DomainError, isUserError } from '../../platform/errors.js';
import type { Desired, Following } from './desired.js';
import type { DesiredRows, DesiredStore } from './desired-store.js';

export const NOTHING_DESIRED: Desired = {
  revisions: [],
  newestPrimary: 0,
  migration: null,
  rearrangement: null,
  following: null,
};

/** Reads what one deployment is to be, with the versions its rows name. */
export class DesiredReader {
  private readonly versions = new Map<string, VersionRecord>();

  constructor(
    private readonly name: string,
    private readonly deps: { readonly catalog: CatalogService; readonly store: DesiredStore },
  ) {}

  /** @param aliasMatters whether somebody has to know where the alias points that it follows */
  async read(
    aliasMatters: boolean,
  ): Promise<{ readonly deployment: DesiredRows['deployment'] | null; readonly desired: Desired }> {
    const rows = await this.deps.store.read(this.name);
    if (!rows) return { deployment: null, desired: NOTHING_DESIRED };
    const { deployment, revisions, newestPrimary, migration, rearrangement, followed } = rows;
    await this.know([
      ...revisions.map(({ versionId }) => versionId),
      ...(migration ? [migration.fromVersionId, migration.toVersionId] : []),
    ]);
    const following =
      followed && (aliasMatters ? await this.target(deployment, followed) : { ...followed, target: null });
    return {
      deployment,
      desired: {
        revisions,
        newestPrimary,
        migration: migration && {
          ...migration,
          from: this.versionOf(migration.fromVersionId),
          to: this.versionOf(migration.toVersionId),
        },
        rearrangement,
        following,
      },
    };
  }

  /** @throws DomainError INTERNAL for a version that the rows do not name */
  versionOf(id: string): VersionRecord {
    const version = this.versions.get(id);
    if (!version) throw new DomainError('INTERNAL', 'A revision refers to a version that is not there.');
    return version;
  }

  private async know(ids: readonly string[]): Promise<void> {
    const needed = new Set(ids);
    const unknown = [...needed].filter((id) => !this.versions.has(id));
    const found = unknown.length > 0 ? await this.deps.catalog.versionsByIds(unknown) : [];
    for (const version of found) this.versions.set(version.id, version);
    for (const id of this.versions.keys()) if (!needed.has(id)) this.versions.delete(id);
  }

  private async target(
    { modelId }: DesiredRows['deployment'],
    followed: NonNullable<DesiredRows['followed']>,
  ): Promise<Following> {
    const { catalog } = this.deps;
    const [model] = await catalog.modelsByIds([modelId]);
    if (!model) return { ...followed, target: null };
    try {
      return { ...followed, target: await catalog.resolveVersion(`${model.name}@${followed.alias}`) };
    } catch (error) {
      if (!isUserError(error)) throw error;
      return { ...followed, target: null };
    }
  }
}
