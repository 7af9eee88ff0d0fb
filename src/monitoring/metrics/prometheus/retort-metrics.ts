import type { LiveDeployment } from '../live/live-deployment.js';
import { BUCKETS_MS, type Histogram, type Totals } from '../live/totals.js';
import type { Exposition, Labels } from './exposition.js';

const MS_PER_SECOND = 1_000;
const BOUNDS = BUCKETS_MS.map((ms) => ms / MS_PER_SECOND);
const ROW_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
const PHASES = ['queue', 'preprocess', 'run', 'postprocess'] as const;

interface Series {
  readonly labels: Labels;
  readonly totals: Totals;
}

/** What was asked of each deployment and version, under Retort's own names. */
export function writeRetortMetrics(to: Exposition, deployments: readonly LiveDeployment[]): void {
  const all: Series[] = deployments.flatMap((deployment) =>
    deployment.totals().map(({ version, totals }) => ({
      labels: {
        deployment: deployment.name,
        model: version?.modelName ?? '',
        version: version ? String(version.number) : '',
      },
      totals,
    })),
  );
  const each = (write: (labels: Labels, totals: Totals) => void) =>
    all.forEach(({ labels, totals }) => write(labels, totals));

  to.family('retort_requests_total', 'counter', 'Requests that ended, failed ones among them.');
  each((labels, { requests }) => to.sample('retort_requests_total', labels, requests));
  to.family('retort_request_errors_total', 'counter', 'Requests that failed, by code.');
  each((labels, { errorsByCode }) =>
    errorsByCode.forEach((count, code) =>
      to.sample('retort_request_errors_total', { ...labels, code }, count),
    ),
  );
  to.family('retort_rows_total', 'counter', 'Rows of answered requests.');
  each((labels, { rows }) => to.sample('retort_rows_total', labels, rows));
  to.family('retort_cache_hits_total', 'counter', 'Requests answered from the response cache.');
  each((labels, { cacheHits }) => to.sample('retort_cache_hits_total', labels, cacheHits));
  to.family(
    'retort_request_duration_seconds',
    'histogram',
    'From the arrival of a request to its answer, of answered ones.',
  );
  each((labels, { latency }) => durations(to, 'retort_request_duration_seconds', labels, latency));
  to.family(
    'retort_request_phase_duration_seconds',
    'histogram',
    'Where that time went; all phases but queue are of requests that were not answered from the response cache.',
  );
  each((labels, totals) =>
    PHASES.forEach((phase) =>
      durations(to, 'retort_request_phase_duration_seconds', { ...labels, phase }, totals[phase]),
    ),
  );
  to.family('retort_run_rows', 'histogram', 'Rows of runs, whose requests may have shared them.');
  each((labels, { runs, ranRows }) => {
    const beyond = runs.slice(ROW_BOUNDS.length).reduce((sum, count) => sum + count, 0);
    const within = ROW_BOUNDS.map((_, place) => runs[place] ?? 0);
    to.histogram('retort_run_rows', labels, {
      bounds: ROW_BOUNDS,
      counts: [...within, beyond],
      sum: Math.round(ranRows),
    });
  });
  writeHoldings(to, deployments);
}

function writeHoldings(to: Exposition, deployments: readonly LiveDeployment[]): void {
  const seen = deployments.flatMap(({ name, held, processorMs }) =>
    held ? [{ labels: { deployment: name }, held, processorMs }] : [],
  );
  to.family('retort_queue_depth', 'gauge', 'Requests that wait or run, as limits.maxQueue counts them.');
  for (const { labels, held } of seen) to.sample('retort_queue_depth', labels, held.queueDepth);
  to.family('retort_model_memory_bytes', 'gauge', 'Memory of the models that a deployment has loaded.');
  for (const { labels, held } of seen) to.sample('retort_model_memory_bytes', labels, held.memoryBytes ?? 0);
  to.family(
    'retort_runner_cpu_seconds_total',
    'counter',
    'Processor time of the processes that run the models of a deployment.',
  );
  for (const { labels, processorMs } of seen)
    if (processorMs !== null)
      to.sample('retort_runner_cpu_seconds_total', labels, processorMs / MS_PER_SECOND);
}

function durations(to: Exposition, name: string, labels: Labels, { counts, sumMs }: Histogram): void {
  to.histogram(name, labels, { bounds: BOUNDS, counts, sum: sumMs / MS_PER_SECOND });
}
