import DataLoader from 'dataloader';
import { formatVersionRef, type CatalogService, type VersionRef, type Window } from '../catalog/index.js';
import type { DeploymentService } from '../deployments/index.js';
import { groupBy } from './group-by.js';

/** One page, of the versions of one model. Equal windows of different models are read together. */
export interface VersionPageKey {
  readonly modelId: string;
  readonly window: Window<number>;
}

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * Gathers what the resolvers of one request ask for one by one into one read for each kind of thing. Within a query
 * an answer is also remembered; in mutations and subscriptions it is not, since it may have changed meanwhile.
 */
export function createLoaders(
  { catalog, deployments }: { catalog: CatalogService; deployments: DeploymentService },
  { cache }: { cache: boolean },
) {
  const byKey = <Row>(
    read: (keys: readonly string[]) => Promise<readonly Row[]>,
    keyOf: (row: Row) => string,
  ) =>
    new DataLoader<string, Row | null>(
      async (keys) => {
        const rows = new Map((await read([...new Set(keys)])).map((row) => [keyOf(row), row]));
        return keys.map((key) => rows.get(key) ?? null);
      },
      { cache },
    );
  const grouped = <Row>(
    read: (keys: readonly string[]) => Promise<readonly Row[]>,
    keyOf: (row: Row) => string,
  ) =>
    new DataLoader<string, Row[]>(
      async (keys) => {
        const groups = groupBy(await read([...new Set(keys)]), keyOf);
        return keys.map((key) => groups.get(key) ?? []);
      },
      { cache },
    );

  return {
    model: byKey(
      (ids) => catalog.modelsByIds(ids),
      ({ id }) => id,
    ),
    card: byKey(
      (ids) => catalog.cardsOfModels(ids),
      ({ id }) => id,
    ),
    version: byKey(
      (ids) => catalog.versionsByIds(ids),
      ({ id }) => id,
    ),
    artifact: byKey(
      (digests) => catalog.artifactsByDigests(digests),
      ({ digest }) => digest,
    ),
    tagsOfVersion: grouped(
      (ids) => catalog.tagsOfVersions(ids),
      ({ versionId }) => versionId,
    ),
    aliasesOfVersion: grouped(
      (ids) => catalog.aliasesOfVersions(ids),
      ({ versionId }) => versionId,
    ),
    aliasesOfModel: grouped(
      (ids) => catalog.aliasesOfModels(ids),
      ({ modelId }) => modelId,
    ),
    derivationsOfVersion: grouped(
      (ids) => catalog.derivationsOfVersions(ids),
      ({ childId }) => childId,
    ),
    versionCount: byKey(
      (ids) => catalog.countVersionsOfModels(ids),
      ({ modelId }) => modelId,
    ),
    versionByRef: new DataLoader((refs: readonly VersionRef[]) => catalog.versionsByRefs(refs), {
      cache,
      cacheKeyFn: ({ model, selector }) => formatVersionRef(model, selector),
    }),
    versionPage: new DataLoader(
      async (keys: readonly VersionPageKey[]) => {
        const pages = await Promise.all(
          [...groupBy(keys, ({ window }) => JSON.stringify(window)).values()].map(async (alike) => {
            const window = alike[0]?.window;
            const versions = window
              ? await catalog.versionsOfModels([...new Set(alike.map(({ modelId }) => modelId))], window)
              : [];
            const ofModel = groupBy(versions, ({ modelId }) => modelId);
            return alike.map((key) => [key, ofModel.get(key.modelId) ?? []] as const);
          }),
        );
        const found = new Map(pages.flat());
        return keys.map((key) => found.get(key) ?? []);
      },
      { cache: false },
    ),
    deployment: byKey(
      (ids) => deployments.byIds(ids),
      ({ id }) => id,
    ),
    deploymentsOfModel: grouped(
      (ids) => deployments.ofModels(ids),
      ({ modelId }) => modelId,
    ),
    revisionsOfDeployment: grouped(
      (ids) => deployments.revisions(ids),
      ({ deploymentId }) => deploymentId,
    ),
  };
}
