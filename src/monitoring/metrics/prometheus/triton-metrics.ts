import type { ModelStatistics, PendingRequests, Total } from '../../../inference/index.js';
import type { Exposition, Labels } from './exposition.js';
import type { LiveDeployment } from '../live/live-deployment.js';

const REASONS = ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] as const;
type Reason = (typeof REASONS)[number];

/** What Triton calls rejected is what its scheduler did not let in, or not in time. */
const REASON_OF: Readonly<Record<string, Reason>> = {
  OVERLOADED: 'REJECTED',
  DEADLINE_EXCEEDED: 'REJECTED',
  RUN_FAILED: 'BACKEND',
  RUN_TOO_LONG: 'BACKEND',
  REMOTE_FAILED: 'BACKEND',
  MODEL_OUT_OF_MEMORY: 'BACKEND',
};

/** Sums under one name and version, which several deployments and models may have had. */
interface Entry {
  readonly labels: { readonly model: string; readonly version: string };
  success: number;
  rows: number;
  executions: number;
  readonly us: { total: number; queue: number; input: number; infer: number; output: number };
  readonly cache: { hits: number; misses: number; hitUs: number; missUs: number };
  readonly failures: Record<Reason, number>;
  pending: number;
}

/**
 * The same under the names that Triton gives them (https://github.com/triton-inference-server/server, its guide to metrics),
 * so that what watches Triton watches Retort: `model` is the M of /v2/models/M.
 *
 * @param deployments null where requests are not measured: then every failure is one of another reason
 */
export function writeTritonMetrics(
  to: Exposition,
  statistics: readonly ModelStatistics[],
  pending: readonly PendingRequests[],
  deployments: readonly LiveDeployment[] | null,
): void {
  const entries = new Entries();
  for (const statistic of statistics) entries.count(statistic, deployments === null);
  for (const { deployment, version, count } of pending)
    entries.of(deployment, String(version.number)).pending += count;
  for (const deployment of deployments ?? [])
    for (const { version, totals } of deployment.totals()) {
      const model = deployment.name === '' ? (version?.modelName ?? '') : deployment.name;
      const found = model === '' ? null : entries.of(model, version ? String(version.number) : '');
      if (found)
        totals.errorsByCode.forEach((count, code) => (found.failures[REASON_OF[code] ?? 'OTHER'] += count));
    }
  const all = entries.all();
  const write = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    valueOf: (entry: Entry) => number,
  ) => {
    to.family(name, type, help);
    for (const entry of all) to.sample(name, entry.labels, valueOf(entry));
  };
  const counter = write.bind(null, 'counter');
  counter('nv_inference_request_success', 'Requests that were answered', (entry) => entry.success);
  to.family('nv_inference_request_failure', 'counter', 'Requests that failed, by reason');
  for (const { labels, failures } of all)
    for (const reason of REASONS)
      to.sample('nv_inference_request_failure', withReason(labels, reason), failures[reason]);
  counter('nv_inference_count', 'Rows that ran; none of answers from the cache', (entry) => entry.rows);
  counter('nv_inference_exec_count', 'Runs; none for answers from the cache', (entry) =>
    Math.round(entry.executions),
  );
  counter(
    'nv_inference_request_duration_us',
    'Microseconds from arrival to answer, of answered requests',
    (entry) => Math.round(entry.us.total),
  );
  counter('nv_inference_queue_duration_us', 'Microseconds that answered requests waited', (entry) =>
    Math.round(entry.us.queue),
  );
  counter(
    'nv_inference_compute_input_duration_us',
    'Microseconds of reading inputs, of requests that ran',
    (entry) => Math.round(entry.us.input),
  );
  counter(
    'nv_inference_compute_infer_duration_us',
    'Microseconds inside the runtime, of requests that ran',
    (entry) => Math.round(entry.us.infer),
  );
  counter(
    'nv_inference_compute_output_duration_us',
    'Microseconds of making answers, of requests that ran',
    (entry) => Math.round(entry.us.output),
  );
  write(
    'gauge',
    'nv_inference_pending_request_count',
    'Requests that wait for their turn',
    (entry) => entry.pending,
  );
  counter('nv_cache_num_hits_per_model', 'Requests answered from the cache', (entry) => entry.cache.hits);
  counter(
    'nv_cache_num_misses_per_model',
    'Requests looked for in the cache in vain',
    (entry) => entry.cache.misses,
  );
  counter('nv_cache_hit_duration_per_model', 'Microseconds of looking up what the cache had', (entry) =>
    Math.round(entry.cache.hitUs),
  );
  counter('nv_cache_miss_duration_per_model', 'Microseconds of looking up what the cache had not', (entry) =>
    Math.round(entry.cache.missUs),
  );
}

class Entries {
  private readonly found = new Map<string, Entry>();

  of(model: string, version: string): Entry {
    const key = `${version} ${model}`;
    const known = this.found.get(key);
    if (known) return known;
    const made: Entry = {
      labels: { model, version },
      success: 0,
      rows: 0,
      executions: 0,
      us: { total: 0, queue: 0, input: 0, infer: 0, output: 0 },
      cache: { hits: 0, misses: 0, hitUs: 0, missUs: 0 },
      failures: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 },
      pending: 0,
    };
    this.found.set(key, made);
    return made;
  }

  count(statistic: ModelStatistics, countsFailures: boolean): void {
    const entry = this.of(statistic.name, String(statistic.version.number));
    const { us, cache } = entry;
    entry.success += statistic.success.count;
    entry.rows += statistic.rows;
    entry.executions += statistic.executions;
    us.total += inMicroseconds(statistic.success);
    us.queue += inMicroseconds(statistic.queue);
    us.input += inMicroseconds(statistic.input);
    us.infer += inMicroseconds(statistic.infer);
    us.output += inMicroseconds(statistic.output);
    cache.hits += statistic.cacheHit.count;
    cache.hitUs += inMicroseconds(statistic.cacheHit);
    cache.misses += statistic.cacheMiss.count;
    cache.missUs += inMicroseconds(statistic.cacheMiss);
    if (countsFailures) entry.failures.OTHER += statistic.fail.count;
  }

  all(): readonly Entry[] {
    return [...this.found.values()];
  }
}

function inMicroseconds({ ms }: Readonly<Total>): number {
  return ms * 1_000;
}

function withReason({ model, version }: Entry['labels'], reason: Reason): Labels {
  return { model, version, reason };
}
