import { DomainError } from '../../platform/errors.js';
import type { DeploymentMetrics, MetricsService } from '../../monitoring/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';

const MINUTE_MS = 60_000;
const USUAL_INTERVAL_MS = 1_000;
const USUAL_POINTS = 600;
const MIN_POINTS = 2;
const MAX_POINTS = 5_000;

export const metricsResolvers = {
  Query: {
    fleetMetrics: (_, { window }, { metrics }) => measured(metrics).fleet(given(window, MINUTE_MS)),
  },
  Deployment: {
    metrics: ({ name }, { window, until }, { metrics }) =>
      measured(metrics).window(name, given(window, 5 * MINUTE_MS), until ?? null),
    metricsSeries: ({ name }, { window, resolution, maxPoints, until }, { metrics }) =>
      measured(metrics).series(name, {
        windowMs: given(window, 15 * MINUTE_MS),
        resolutionMs: resolution,
        maxPoints: checkedPoints(given(maxPoints, USUAL_POINTS)),
        until,
      }),
  },
  Subscription: {
    deploymentMetrics: {
      subscribe: async (_, { deployment, intervalMs, window }, { metrics, deployments, signal }) => {
        const { feed } = measured(metrics);
        const watching = { ...watched(intervalMs, window), signal };
        const { name } = await deployments.require(deployment, ['deployment']);
        return (await feed.deployment(name, watching)) ?? ended();
      },
      resolve: (found: DeploymentMetrics) => found,
    },
    fleetMetrics: {
      subscribe: (_, { intervalMs, window }, { metrics, signal }) =>
        measured(metrics).feed.fleet({ ...watched(intervalMs, window), signal }),
      resolve: (found: readonly DeploymentMetrics[]) => found,
    },
  },
  DeploymentMetrics: {
    deployment: ({ deploymentId }, _, { loaders }) =>
      deploymentId === null ? null : loaders.deployment.load(deploymentId),
    requests: ({ requests }) => BigInt(requests),
    rows: ({ rows }) => BigInt(rows),
    errors: ({ errors }) => BigInt(errors),
    memoryBytes: ({ memoryBytes }) => BigInt(memoryBytes),
    cacheHits: ({ cacheHits }) => BigInt(cacheHits),
  },
  VersionMetrics: {
    version: ({ versionId }, _, { loaders }) => loaders.version.load(versionId),
    requests: ({ requests }) => BigInt(requests),
    rows: ({ rows }) => BigInt(rows),
    errors: ({ errors }) => BigInt(errors),
  },
  MetricsPoint: {
    requests: ({ requests }) => BigInt(requests),
    rows: ({ rows }) => BigInt(rows),
    errors: ({ errors }) => BigInt(errors),
    cacheHits: ({ cacheHits }) => BigInt(cacheHits),
    memoryBytes: ({ memoryBytes }) => (memoryBytes === null ? null : BigInt(memoryBytes)),
  },
  ErrorCount: { count: ({ count }) => BigInt(count) },
  BatchSizeCount: { count: ({ count }) => BigInt(count) },
} satisfies Resolvers;

/** A caller may say null where there is a default. */
function given(value: number | null | undefined, usual: number): number {
  return value ?? usual;
}

function watched(intervalMs: number | null | undefined, windowMs: number | null | undefined) {
  return { intervalMs: given(intervalMs, USUAL_INTERVAL_MS), windowMs: given(windowMs, MINUTE_MS) };
}

/** @throws DomainError METRICS_OFF */
function measured(metrics: MetricsService | null): MetricsService {
  if (metrics) return metrics;
  throw new DomainError(
    'METRICS_OFF',
    'This server does not measure requests. Start it without RETORT_METRICS=false to see metrics.',
  );
}

function checkedPoints(maxPoints: number): number {
  if (maxPoints >= MIN_POINTS && maxPoints <= MAX_POINTS) return maxPoints;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected maxPoints from ${MIN_POINTS} to ${MAX_POINTS}, got ${maxPoints}.`,
    { field: ['maxPoints'] },
  );
}

/** Of a deployment that was deleted at that moment. */
async function* ended(): AsyncGenerator<DeploymentMetrics> {
  // Nothing follows.
}
