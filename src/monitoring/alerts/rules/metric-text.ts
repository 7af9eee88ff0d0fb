import type { AlertMetric } from './condition.js';

const NAMES: Readonly<Record<AlertMetric, string>> = {
  REQUEST_RATE: 'the rate of requests',
  ERROR_RATE: 'the share of failed requests',
  ERRORS: 'the number of failed requests',
  LATENCY_P50: 'p50 of the latency',
  LATENCY_P95: 'p95 of the latency',
  LATENCY_P99: 'p99 of the latency',
  QUEUE_DEPTH: 'the number of waiting requests',
  MEMORY_BYTES: 'the memory of the model',
  CACHE_HIT_RATE: 'the share of answers from the cache',
  DRIFT: 'the number of drifted features',
  SECONDS_SINCE_LAST_REQUEST: 'the time since the last request',
};

export function metricText(metric: AlertMetric): string {
  return NAMES[metric];
}

/** A number of the metric with its unit. */
export function valueText(metric: AlertMetric, value: number): string {
  switch (metric) {
    case 'REQUEST_RATE':
      return `${formatNumber(value)}/s`;
    case 'ERROR_RATE':
    case 'CACHE_HIT_RATE':
      return `${formatNumber(value * 100)} %`;
    case 'LATENCY_P50':
    case 'LATENCY_P95':
    case 'LATENCY_P99':
      return `${formatNumber(value)} ms`;
    case 'MEMORY_BYTES':
      return `${formatNumber(value)} bytes`;
    case 'SECONDS_SINCE_LAST_REQUEST':
      return `${formatNumber(value)} s`;
    case 'ERRORS':
    case 'QUEUE_DEPTH':
    case 'DRIFT':
      return formatNumber(value);
  }
}

const LARGE = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 0 });
const SMALL = new Intl.NumberFormat('en-US', { useGrouping: false, maximumSignificantDigits: 4 });

/** At most four digits that matter below a thousand, whole above, never in scientific notation. */
export function formatNumber(value: number): string {
  return (Math.abs(value) >= 1_000 ? LARGE : SMALL).format(value);
}
