import DataLoader from 'dataloader';
import {
  formatVersionRef,
  type AliasChangeRecord,
  type AliasRecord,
  type CatalogService,
  type LineageDirection,
  type LineageRecord,
  type VersionRef,
  type Window,
} from '../catalog/index.js';
import { type TransferService } from '../transfer/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { RecordedRequestRecord, RecordedRequests } from '../recording/index.js';
import { groupBy } from './group-by.js';

/** One page, of the versions of one model. Equal windows of different models are read together. */
export interface VersionPageKey {
  readonly modelId: string;
  readonly window: Window<number>;
}

/** An alias by its name, now (null) or at an instant. */
export interface AliasKey {
  readonly modelId: string;
  readonly name: string;
  readonly at: Date | null;
}

/** One page of what was made from a version. */
export interface DerivativesKey {
  readonly versionId: string;
  readonly window: Window<string>;
}

/** One page of what a deployment has recorded. */
export interface RecordedPageKey {
  readonly deploymentId: string;
  readonly window: Window<bigint>;
}

export interface LineageKey {
  readonly versionId: string;
  readonly direction: LineageDirection;
  readonly depth: number;
}

/** One page of the history of one alias, or of all aliases of a model (null). */
export interface AliasHistoryKey {
  readonly modelId: string;
  readonly name: string | null;
  readonly window: Window<bigint>;
}

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * Gathers what the resolvers of one request ask for one by one into one read for each kind of thing. Within a query
 * an answer is also remembered; in mutations and subscriptions it is not, since it may have changed meanwhile.
 */
export function createLoaders(
  services: {
    readonly catalog: CatalogService;
    readonly transfer: TransferService;
    readonly deployments: DeploymentService;
    readonly recordedRequests: RecordedRequests;
  },
  { cache }: { cache: boolean },
) {
  const { catalog, transfer, deployments, recordedRequests } = services;
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
    examplesOfVersion: grouped(
      (ids) => catalog.examplesOfVersions(ids),
      ({ versionId }) => versionId,
    ),
    derivationsOfVersion: grouped(
      (ids) => catalog.derivationsOfVersions(ids),
      ({ childId }) => childId,
    ),
    missingParentsOfVersion: grouped(
      (ids) => transfer.missingParentsOfVersions(ids),
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
    alias: new DataLoader(
      async (keys: readonly AliasKey[]) => {
        const [now, then] = [keys.filter(({ at }) => at === null), keys.filter(isThen)];
        const [current, past] = await Promise.all([catalog.aliasesByNames(now), catalog.aliasesAt(then)]);
        const found = new Map<AliasKey, AliasRecord | null>([
          ...now.map((key, index) => [key, current[index] ?? null] as const),
          ...then.map((key, index) => [key, past[index] ?? null] as const),
        ]);
        return keys.map((key) => found.get(key) ?? null);
      },
      { cache: false },
    ),
    aliasHistory: new DataLoader(
      async (keys: readonly AliasHistoryKey[]) => {
        const pages = await Promise.all(
          [...groupBy(keys, pageOfHistory).values()].map(async (alike) => {
            const changes = await aliasHistory(catalog, alike);
            const ofAlias = groupBy(changes, ({ modelId, alias }) => `${modelId}/${alias}`);
            const ofModel = groupBy(changes, ({ modelId }) => modelId);
            return alike.map((key) => {
              const { modelId, name } = key;
              return [
                key,
                (name === null ? ofModel.get(modelId) : ofAlias.get(`${modelId}/${name}`)) ?? [],
              ] as const;
            });
          }),
        );
        const found = new Map(pages.flat());
        return keys.map((key) => found.get(key) ?? []);
      },
      { cache: false },
    ),
    aliasHistoryCount: new DataLoader(
      (keys: readonly Pick<AliasHistoryKey, 'modelId' | 'name'>[]) => catalog.countAliasChanges(keys),
      { cache: false },
    ),
    derivativeCount: byKey(
      (ids) => catalog.countDerivativesOfVersions(ids),
      ({ parentId }) => parentId,
    ),
    derivatives: new DataLoader(
      async (keys: readonly DerivativesKey[]) => {
        const pages = await Promise.all(
          [...groupBy(keys, ({ window }) => JSON.stringify(window)).values()].map(async (alike) => {
            const window = alike[0]?.window;
            const ids = [...new Set(alike.map(({ versionId }) => versionId))];
            const found = window ? await catalog.derivativesOfVersions(ids, window) : [];
            const ofParent = groupBy(found, ({ parentId }) => parentId);
            return alike.map((key) => [key, ofParent.get(key.versionId) ?? []] as const);
          }),
        );
        const found = new Map(pages.flat());
        return keys.map((key) => found.get(key) ?? []);
      },
      { cache: false },
    ),
    recordedPage: new DataLoader(
      async (keys: readonly RecordedPageKey[]) => {
        const pages = await Promise.all(
          [...groupBy(keys, ({ window }) => windowText(window)).values()].map(async (alike) => {
            const window = alike[0]?.window;
            const ids = [...new Set(alike.map(({ deploymentId }) => deploymentId))];
            const found = window ? await recordedRequests.pages(ids, window) : [];
            const ofDeployment = groupBy(found, ({ deploymentId }) => deploymentId);
            return alike.map((key) => [key, ofDeployment.get(key.deploymentId) ?? []] as const);
          }),
        );
        const found = new Map(pages.flat());
        return keys.map((key) => found.get(key) ?? []);
      },
      { cache: false },
    ),
    recordedContent: new DataLoader(
      (requests: readonly RecordedRequestRecord[]) => recordedRequests.contents(requests),
      { cache },
    ),
    lineage: new DataLoader(
      async (keys: readonly LineageKey[]) => {
        const found = new Map<LineageKey, LineageRecord | Error | undefined>();
        for (const alike of groupBy(keys, ({ direction, depth }) => `${direction} ${depth}`).values()) {
          const [{ direction, depth } = { direction: 'BOTH' as const, depth: 1 }] = alike;
          const ids = [...new Set(alike.map(({ versionId }) => versionId))];
          try {
            const lineages = await catalog.lineagesOfVersions(ids, direction, depth);
            for (const key of alike) found.set(key, lineages.get(key.versionId));
          } catch (error) {
            // An impossible depth is the fault of those who asked for it, not of the others.
            for (const key of alike) found.set(key, error as Error);
          }
        }
        return keys.map((key) => found.get(key) ?? null);
      },
      { cache: false },
    ),
    deployment: byKey(
      (ids) => deployments.byIds(ids),
      ({ id }) => id,
    ),
    revision: byKey(
      (ids) => deployments.revisionsByIds(ids),
      ({ id }) => id,
    ),
    migration: byKey(
      (ids) => deployments.migrations.byIds(ids),
      ({ id }) => id,
    ),
    deploymentsOfModel: grouped(
      (ids) => deployments.ofModels(ids),
      ({ modelId }) => modelId,
    ),
    migrationsOfDeployment: grouped(
      (ids) => deployments.migrations.ofDeployments(ids),
      ({ deploymentId }) => deploymentId,
    ),
    revisionsOfDeployment: grouped(
      (ids) => deployments.revisions(ids),
      ({ deploymentId }) => deploymentId,
    ),
  };
}

function isThen(key: AliasKey): key is AliasKey & { readonly at: Date } {
  return key.at !== null;
}

/** Equal for what one read can answer. */
function pageOfHistory({ name, window }: AliasHistoryKey): string {
  return `${name === null} ${windowText(window)}`;
}

/** Positions beyond 2^53 have no JSON. */
function windowText({ after, before, take, fromEnd }: Window<bigint>): string {
  return JSON.stringify([String(after), String(before), take, fromEnd]);
}

/** One page of each of the keys, which are all of aliases or all of models, and of equal windows. */
async function aliasHistory(
  catalog: CatalogService,
  alike: readonly AliasHistoryKey[],
): Promise<AliasChangeRecord[]> {
  const window = alike[0]?.window;
  if (!window) return [];
  // Each once: one asked for twice would be answered twice.
  const keys = [...new Map(alike.map((key) => [`${key.modelId}/${key.name ?? ''}`, key])).values()];
  const named = keys.flatMap(({ modelId, name }) => (name === null ? [] : [{ modelId, name }]));
  if (named.length > 0) return catalog.historyOfAliases(named, window);
  return catalog.aliasHistoryOfModels(
    keys.map(({ modelId }) => modelId),
    window,
  );
}
