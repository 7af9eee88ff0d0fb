import type { Occupancy } from '../../deployments/index.js';
import type { DeploymentName } from './live/deployment-directory.js';
import {
  batchSizes,
  countsOf,
  errorsByCode,
  latencySummary,
  phaseLatencies,
  versionMetrics,
  type DeploymentMetrics,
  type MetricsPoint,
} from './records.js';
import type { DeploymentTally } from './tallies/deployment-tally.js';
import type { TimeSpan } from './time-span.js';

const SECOND_MS = 1_000;

export interface Measured {
  readonly deployment: DeploymentName;
  /** Whether there is such a deployment now. */
  readonly isKnown: boolean;
  readonly span: TimeSpan;
  readonly sum: DeploymentTally;
  /** Of the server as a whole. */
  readonly server: DeploymentTally;
  /** What the deployment holds now; null when that is not what is asked for. */
  readonly held: Occupancy | null;
  readonly incompleteSince: Date | null;
}

export function metricsOf({
  deployment,
  isKnown,
  span,
  sum,
  server,
  held,
  incompleteSince,
}: Measured): DeploymentMetrics {
  const total = sum.total();
  const seconds = span.atMs / SECOND_MS - span.since;
  const { requests, errors, rows, cacheHits } = total;
  const answered = requests - errors;
  return {
    since: new Date(span.since * SECOND_MS),
    at: new Date(span.atMs),
    deploymentId: isKnown ? deployment.id : null,
    deploymentName: deployment.name,
    ...countsOf(total, seconds),
    rowRate: rows / seconds,
    errorRate: requests === 0 ? null : errors / requests,
    phases: phaseLatencies(total),
    errorsByCode: errorsByCode(total),
    batchSizes: batchSizes(total),
    queueDepth: held?.requests ?? sum.gauges?.queueDepth ?? 0,
    memoryBytes: (held ? held.memoryBytes : sum.gauges?.memoryBytes) ?? 0,
    cacheHits,
    cacheHitRate: answered === 0 ? null : cacheHits / answered,
    processorMs: sum.processorMs ?? (held && held.processIds.length > 0 ? 0 : null),
    eventLoopDelay: latencySummary(server.part(null).sketch('eventLoopDelay')),
    versions: versionMetrics(sum, seconds),
    incompleteSince,
  };
}

/**
 * @param since in seconds since 1970
 * @param at where the point ends, in seconds since 1970
 */
export function pointOf(sum: DeploymentTally, since: number, at: number): MetricsPoint {
  const total = sum.total();
  return {
    at: new Date(since * SECOND_MS),
    seconds: Math.max(1, Math.round(at - since)),
    ...countsOf(total, Math.max(at - since, 1 / SECOND_MS)),
    phases: phaseLatencies(total),
    errorsByCode: errorsByCode(total),
    cacheHits: total.cacheHits,
    queueDepth: sum.gauges?.peakQueueDepth ?? null,
    memoryBytes: sum.gauges?.memoryBytes ?? null,
  };
}
