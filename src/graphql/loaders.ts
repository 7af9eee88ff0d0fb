import DataLoader from 'dataloader';
import {
  formatVersionRef,
  type AliasChangeRecord,
  type AliasRecord,
  type CatalogService,
  type DerivationRecord,
  type LineageDirection,
  type LineageRecord,
  type VersionRecord,
  type VersionRef,
} from '../catalog/index.js';
import { type TransferService } from '../transfer/index.js';
import type { DeploymentService } from '../deployments/index.js';
import type { AlertService, DriftService } from '../monitoring/index.js';
import type { RecordedRequestRecord, RecordedRequests } from '../recording/index.js';
import type { Evaluations, EvaluationSchedules } from '../batch/index.js';
import type { JobService } from '../jobs/index.js';
import { keyedLoaders, pageLoader } from './batched-loaders.js';
import { groupBy } from './group-by.js';

/** An alias by its name, now (null) or at an instant. */
export interface AliasKey {
  readonly modelId: string;
  readonly name: string;
  readonly at: Date | null;
}

export interface LineageKey {
  readonly versionId: string;
  readonly direction: LineageDirection;
  readonly depth: number;
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
    readonly jobs: JobService;
    readonly evaluations: Evaluations;
    readonly schedules: EvaluationSchedules;
    readonly drift: DriftService;
    readonly alerts: AlertService;
  },
  { cache }: { cache: boolean },
) {
  const { catalog, transfer, deployments, recordedRequests, jobs, evaluations, schedules, drift, alerts } =
    services;
  const { byKey, grouped } = keyedLoaders({ cache });

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
    evaluationsOfVersion: grouped(
      (ids) => evaluations.ofVersions(ids),
      ({ versionId }) => versionId,
    ),
    referenceOfVersion: byKey(
      (ids) => drift.referencesOf(ids),
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
    versionPage: pageLoader<string, number, VersionRecord>({
      read: (modelIds, window) => catalog.versionsOfModels(modelIds, window),
      keyOf: (modelId) => modelId,
      ownerOf: ({ modelId }) => modelId,
    }),
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
    aliasHistoryOfModel: pageLoader<string, bigint, AliasChangeRecord>({
      read: (modelIds, window) => catalog.aliasHistoryOfModels(modelIds, window),
      keyOf: (modelId) => modelId,
      ownerOf: ({ modelId }) => modelId,
    }),
    historyOfAlias: pageLoader<Omit<AliasKey, 'at'>, bigint, AliasChangeRecord>({
      read: (aliases, window) => catalog.historyOfAliases(aliases, window),
      keyOf: ({ modelId, name }) => `${modelId}/${name}`,
      ownerOf: ({ modelId, alias }) => `${modelId}/${alias}`,
    }),
    aliasHistoryCount: new DataLoader(
      (keys: readonly { readonly modelId: string; readonly name: string | null }[]) =>
        catalog.countAliasChanges(keys),
      { cache: false },
    ),
    derivativeCount: byKey(
      (ids) => catalog.countDerivativesOfVersions(ids),
      ({ parentId }) => parentId,
    ),
    derivatives: pageLoader<string, string, DerivationRecord>({
      read: (versionIds, window) => catalog.derivativesOfVersions(versionIds, window),
      keyOf: (versionId) => versionId,
      ownerOf: ({ parentId }) => parentId,
    }),
    recordedPage: pageLoader<string, bigint, RecordedRequestRecord>({
      read: (deploymentIds, window) => recordedRequests.pages(deploymentIds, window),
      keyOf: (deploymentId) => deploymentId,
      ownerOf: ({ deploymentId }) => deploymentId,
    }),
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
    job: byKey(
      (ids) => jobs.byIds(ids),
      ({ id }) => id,
    ),
    alertRule: byKey(
      (ids) => alerts.rules.byIds(ids),
      ({ id }) => id,
    ),
    alert: byKey(
      (ids) => alerts.byIds(ids),
      ({ id }) => id,
    ),
    evaluationSchedule: byKey(
      (ids) => schedules.byIds(ids),
      ({ id }) => id,
    ),
    openAlertsOfRule: grouped(
      (ids) => alerts.openOfRules(ids),
      ({ ruleId }) => ruleId ?? '',
    ),
    webhooksOfRule: grouped(
      (ids) => alerts.webhooksOfRules(ids),
      ({ ruleId }) => ruleId,
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
