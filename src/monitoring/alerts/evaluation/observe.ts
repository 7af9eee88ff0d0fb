import {
  windowsOf,
  type AlertCondition,
  type AlertMetric,
  type BurnRateCondition,
  type RateOfChangeCondition,
  type ThresholdCondition,
} from '../rules/condition.js';
import { objectiveText } from '../rules/describe-condition.js';
import { durationText } from '../rules/duration-text.js';
import { formatNumber, metricText, valueText } from '../rules/metric-text.js';
import type {
  DriftSource,
  MetricSource,
  QualitySource,
  WatchedDeployment,
  WindowMetrics,
} from './metric-source.js';
import type { Observation } from './observation.js';
import { observeEvaluation } from './observe-evaluation.js';

export interface Sources {
  readonly metrics: MetricSource;
  readonly drift: DriftSource;
  readonly qualities: QualitySource;
}

/** What the condition says of the deployment at an instant, in milliseconds since 1970. */
export function observe(
  condition: AlertCondition,
  deployment: WatchedDeployment,
  sources: Sources,
  now: number,
): Observation {
  if (deployment.state === 'STOPPED')
    return { kind: 'GONE', message: () => `${deployment.name} was stopped` };
  const observation = judge(condition, deployment, sources, now);
  const isGood = observation.kind === 'CLEAR' || observation.kind === 'BETWEEN';
  // What may be missing could be what is bad.
  if (isGood && misses(condition, deployment, sources.metrics))
    return { kind: 'UNKNOWN', message: observation.message };
  return observation;
}

function misses(condition: AlertCondition, { name }: WatchedDeployment, metrics: MetricSource): boolean {
  return windowsOf(condition).some(
    ({ windowMs, agoMs }) => metrics.window(name, windowMs, agoMs)?.isComplete === false,
  );
}

function judge(
  condition: AlertCondition,
  deployment: WatchedDeployment,
  sources: Sources,
  now: number,
): Observation {
  switch (condition.kind) {
    case 'THRESHOLD':
      return threshold(condition, deployment, sources, now);
    case 'RATE_OF_CHANGE':
      return rateOfChange(condition, deployment, sources, now);
    case 'BURN_RATE':
      return burnRate(condition, deployment, sources);
    case 'DRIFT':
      return drift(condition.windowMs, deployment, sources);
    case 'NO_TRAFFIC':
      return noTraffic(condition.windowMs, deployment, sources, now);
    case 'STALENESS':
      return staleness(condition.maxAgeMs, deployment, now);
    case 'EVALUATION':
      return observeEvaluation(condition, deployment, sources.qualities);
  }
}

function threshold(
  { metric, operator, value: limit, clearValue, windowMs }: ThresholdCondition,
  deployment: WatchedDeployment,
  sources: Sources,
  now: number,
): Observation {
  const above = operator === 'ABOVE';
  const value = measured(metric, deployment, sources, { windowMs, agoMs: 0, now });
  if (value === null) return unknown(metric, deployment, windowMs);
  // What was not watched for long enough is not too little yet.
  if (isEarly(metric, deployment, sources.metrics, { windowMs, now }) && !(above && value > limit))
    return unknown(metric, deployment, windowMs);
  const breached = above ? value > limit : value < limit;
  const cleared = above ? value <= clearValue : value >= clearValue;
  const window = metric === 'SECONDS_SINCE_LAST_REQUEST' ? '' : ` over ${durationText(windowMs)}`;
  return {
    kind: breached ? 'BREACHED' : cleared ? 'CLEAR' : 'BETWEEN',
    value,
    threshold: limit,
    message: () =>
      `${deployment.name}: ${metricText(metric)}${window} is ${valueText(metric, value)}; the limit is ${valueText(metric, limit)}`,
  };
}

function rateOfChange(
  { metric, windowMs, compareToMs, factor, minimumRequests }: RateOfChangeCondition,
  deployment: WatchedDeployment,
  sources: Sources,
  now: number,
): Observation {
  const windows = [compareToMs, 0].map((agoMs) => sources.metrics.window(deployment.name, windowMs, agoMs));
  if (windows.some((window) => !window || window.requests < minimumRequests))
    return { kind: 'UNKNOWN', message: () => `${deployment.name}: too few requests to compare` };
  const [before, after] = [compareToMs, 0].map((agoMs) => {
    const value = measured(metric, deployment, sources, { windowMs, agoMs, now });
    const { seconds = 0 } = sources.metrics.window(deployment.name, windowMs, agoMs) ?? {};
    // What was long ago is known by minutes or hours only, so the two windows may differ a little in length.
    return metric === 'ERRORS' && value !== null ? (value * windowMs) / 1_000 / seconds : value;
  });
  if (before == null || after == null || before === 0) return unknown(metric, deployment, windowMs);
  const value = after / before;
  return {
    kind: (factor > 1 ? reaches(value, factor) : reaches(factor, value)) ? 'BREACHED' : 'CLEAR',
    value,
    threshold: factor,
    message: () =>
      `${deployment.name}: ${metricText(metric)} over ${durationText(windowMs)} is ${valueText(metric, after)}, ${formatNumber(value)} times the ${valueText(metric, before)} of ${durationText(compareToMs)} earlier; the limit is ${formatNumber(factor)} times`,
  };
}

/** Google's SRE workbook, chapter 5: the long window says that it matters, the short one that it still goes on. */
function burnRate(
  condition: BurnRateCondition,
  deployment: WatchedDeployment,
  sources: Sources,
): Observation {
  const { longWindowMs, shortWindowMs, factor, minimumRequests } = condition;
  const long = sources.metrics.window(deployment.name, longWindowMs, 0);
  const short = sources.metrics.window(deployment.name, shortWindowMs, 0);
  if (!long || !short)
    return { kind: 'UNKNOWN', message: () => `${deployment.name}: not measured for long enough yet` };
  if (long.requests < minimumRequests)
    return {
      kind: 'UNKNOWN',
      message: () => `${deployment.name}: too few requests to judge an objective by`,
    };
  const slow = burned(condition, long);
  // Without requests, nothing is burned.
  const fast = burned(condition, short) ?? 0;
  if (slow === null) return { kind: 'UNKNOWN', message: () => `${deployment.name}: no request was answered` };
  return {
    kind: reaches(slow, factor) && reaches(fast, factor) ? 'BREACHED' : 'CLEAR',
    value: slow,
    threshold: factor,
    message: () =>
      `${deployment.name} (${objectiveText(condition)}) burns its error budget ${formatNumber(slow)} times too fast over ${durationText(longWindowMs)} and ${formatNumber(fast)} times over ${durationText(shortWindowMs)}; the limit is ${formatNumber(factor)} times`,
  };
}

/** Rounding aside: 1 − 0.999 is not quite 0.001. */
function reaches(value: number, limit: number): boolean {
  return value >= limit * (1 - 1e-9);
}

function burned(
  { objective, latencyMs, ignoreCallerErrors }: BurnRateCondition,
  window: WindowMetrics,
): number | null {
  const budget = 1 - objective;
  if (latencyMs !== null) {
    const within = window.shareWithin(latencyMs);
    return within === null ? null : (1 - within) / budget;
  }
  const bad = ignoreCallerErrors ? window.ownErrors : window.errors;
  return window.requests === 0 ? null : bad / window.requests / budget;
}

function drift(windowMs: number, { name }: WatchedDeployment, sources: Sources): Observation {
  const value = sources.drift.driftedFeatures(name, windowMs);
  if (value == null) return { kind: 'UNKNOWN', message: () => `${name}: not enough data to tell of drift` };
  return {
    kind: value > 0 ? 'BREACHED' : 'CLEAR',
    value,
    threshold: 0,
    message: () =>
      `${name}: ${value === 0 ? 'nothing has' : value === 1 ? 'one feature has' : `${value} features have`} drifted within ${durationText(windowMs)}`,
  };
}

function noTraffic(
  windowMs: number,
  { name, state, servingSince }: WatchedDeployment,
  { metrics }: Sources,
  now: number,
): Observation {
  const window = metrics.window(name, windowMs, 0);
  if (!window) return { kind: 'UNKNOWN', message: () => `${name}: not measured for long enough yet` };
  if (state !== 'READY' && window.requests === 0)
    return { kind: 'UNKNOWN', message: () => `${name} cannot answer: it is ${state}` };
  const silent = window.requests === 0;
  if (silent && now - Math.max(servingSince, metrics.knownSince) < windowMs)
    return { kind: 'UNKNOWN', message: () => `${name} was not watched for ${durationText(windowMs)} yet` };
  return {
    kind: silent ? 'BREACHED' : 'CLEAR',
    value: window.requests,
    threshold: 1,
    message: () =>
      silent
        ? `${name} got no request for ${durationText(windowMs)}`
        : `${name} got ${window.requests} ${window.requests === 1 ? 'request' : 'requests'} within ${durationText(windowMs)}`,
  };
}

function staleness(
  maxAgeMs: number,
  { name, versionPublishedAt, versionRef }: WatchedDeployment,
  now: number,
): Observation {
  const ageMs = Math.max(0, now - versionPublishedAt);
  return {
    kind: ageMs > maxAgeMs ? 'BREACHED' : 'CLEAR',
    value: ageMs / 1_000,
    threshold: maxAgeMs / 1_000,
    message: () =>
      `${name} serves ${versionRef}, which was published ${durationText(ageMs)} ago; the limit is ${durationText(maxAgeMs)}`,
  };
}

/** Whether a number is the least that it can be, since nobody has watched for long. */
function isEarly(
  metric: AlertMetric,
  { name, servingSince }: WatchedDeployment,
  metrics: MetricSource,
  { windowMs, now }: { readonly windowMs: number; readonly now: number },
): boolean {
  if (metric === 'SECONDS_SINCE_LAST_REQUEST')
    return servingSince < metrics.knownSince && metrics.lastRequestAt(name) === null;
  return metric === 'REQUEST_RATE' && now - Math.max(servingSince, metrics.knownSince) < windowMs;
}

/** Null where nothing was measured. */
function measured(
  metric: AlertMetric,
  { name, servingSince }: WatchedDeployment,
  { metrics, drift: drifts }: Sources,
  { windowMs, agoMs, now }: { readonly windowMs: number; readonly agoMs: number; readonly now: number },
): number | null {
  if (metric === 'DRIFT') return drifts.driftedFeatures(name, windowMs) ?? null;
  if (metric === 'SECONDS_SINCE_LAST_REQUEST') {
    const last = metrics.lastRequestAt(name) ?? Math.max(servingSince, metrics.knownSince);
    return Math.max(0, now - last) / 1_000;
  }
  const window = metrics.window(name, windowMs, agoMs);
  if (!window) return null;
  switch (metric) {
    case 'REQUEST_RATE':
      return window.seconds === 0 ? null : window.requests / window.seconds;
    case 'ERROR_RATE':
      return window.requests === 0 ? null : window.errors / window.requests;
    case 'ERRORS':
      return window.errors;
    case 'LATENCY_P50':
      return window.latency(0.5);
    case 'LATENCY_P95':
      return window.latency(0.95);
    case 'LATENCY_P99':
      return window.latency(0.99);
    case 'QUEUE_DEPTH':
      return window.queueDepth;
    case 'MEMORY_BYTES':
      return window.memoryBytes;
    case 'CACHE_HIT_RATE': {
      const answered = window.requests - window.errors;
      return answered === 0 ? null : window.cacheHits / answered;
    }
  }
}

function unknown(metric: AlertMetric, { name }: WatchedDeployment, windowMs: number): Observation {
  return {
    kind: 'UNKNOWN',
    message: () => `${name}: ${metricText(metric)} is not known over ${durationText(windowMs)}`,
  };
}
