import type { DeploymentTally } from './tallies/deployment-tally.js';
import type { Sketch } from './tallies/sketch.js';
import type { Tally } from './tallies/tally.js';

/** Milliseconds; null without values. Percentiles lie within 1 % of the exact ones. */
export interface LatencySummary {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

/** Of answered requests; all but `queue` of those that were not answered from the cache. */
export interface PhaseLatencies {
  readonly queue: LatencySummary;
  readonly preprocess: LatencySummary;
  readonly run: LatencySummary;
  readonly postprocess: LatencySummary;
}

/** Counts of what happened, over some span. */
export interface Counts {
  /** Failed ones among them. */
  readonly requests: number;
  readonly rows: number;
  readonly errors: number;
  /** Per second. */
  readonly requestRate: number;
  /** Of answered requests. */
  readonly latency: LatencySummary;
}

export interface VersionMetrics extends Counts {
  readonly versionId: string;
  readonly versionNumber: number;
  readonly modelName: string;
}

/** How many requests failed with one code. */
export interface ErrorCount {
  readonly code: string;
  readonly count: number;
}

/** Runs of more rows than the bucket before has, and at most `upTo`. */
export interface BatchSizeCount {
  readonly upTo: number;
  readonly count: number;
}

/** What happened to a deployment from `since` until before `at`. */
export interface DeploymentMetrics extends Counts {
  readonly since: Date;
  readonly at: Date;
  /** Null when there is none of the name now. */
  readonly deploymentId: string | null;
  readonly deploymentName: string;
  /** Per second. */
  readonly rowRate: number;
  /** From 0 to 1; null without requests. */
  readonly errorRate: number | null;
  readonly phases: PhaseLatencies;
  /** Most frequent first. */
  readonly errorsByCode: readonly ErrorCount[];
  /** Smallest first. */
  readonly batchSizes: readonly BatchSizeCount[];
  /** Requests that waited or ran at `at`, as limits.maxQueue counts them. */
  readonly queueDepth: number;
  /** At `at`; 0 while no model is in memory. */
  readonly memoryBytes: number;
  readonly cacheHits: number;
  /** Of answered requests, from 0 to 1; null without any. */
  readonly cacheHitRate: number | null;
  /** Of the processes of its models; null where they run in threads. */
  readonly processorMs: number | null;
  /** Of the server. */
  readonly eventLoopDelay: LatencySummary;
  /** By number. */
  readonly versions: readonly VersionMetrics[];
  /** What happened before may miss up to ten seconds, since the server ended without warning; null: nothing is missing. */
  readonly incompleteSince: Date | null;
}

/** One point of a chart: what happened from `at` on. */
export interface MetricsPoint extends Counts {
  readonly at: Date;
  /** How many; the last point may have fewer than the others. */
  readonly seconds: number;
  readonly phases: PhaseLatencies;
  readonly errorsByCode: readonly ErrorCount[];
  readonly cacheHits: number;
  /** The most that was seen; null where nobody looked. */
  readonly queueDepth: number | null;
  /** Null where no model was in memory, or nobody looked. */
  readonly memoryBytes: number | null;
}

export function latencySummary(sketch: Sketch | null): LatencySummary {
  return {
    p50: sketch?.quantile(0.5) ?? null,
    p90: sketch?.quantile(0.9) ?? null,
    p95: sketch?.quantile(0.95) ?? null,
    p99: sketch?.quantile(0.99) ?? null,
    max: sketch?.max ?? null,
    mean: sketch?.mean ?? null,
  };
}

export function phaseLatencies(tally: Tally): PhaseLatencies {
  return {
    queue: latencySummary(tally.sketch('queue')),
    preprocess: latencySummary(tally.sketch('preprocess')),
    run: latencySummary(tally.sketch('run')),
    postprocess: latencySummary(tally.sketch('postprocess')),
  };
}

export function countsOf(tally: Tally, seconds: number): Counts {
  const { requests, rows, errors } = tally;
  return {
    requests,
    rows,
    errors,
    requestRate: requests / seconds,
    latency: latencySummary(tally.sketch('latency')),
  };
}

export function errorsByCode({ errorsByCode: counts }: Tally): ErrorCount[] {
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

export function batchSizes({ runs }: Tally): BatchSizeCount[] {
  return runs.map((count, place) => ({ upTo: 2 ** place, count: Math.round(count) }));
}

export function versionMetrics({ parts }: DeploymentTally, seconds: number): VersionMetrics[] {
  return [...parts.values()]
    .flatMap(({ version, tally }) =>
      version === null
        ? []
        : [
            {
              versionId: version.id,
              versionNumber: version.number,
              modelName: version.modelName,
              ...countsOf(tally, seconds),
            },
          ],
    )
    .sort((a, b) => a.versionNumber - b.versionNumber);
}
