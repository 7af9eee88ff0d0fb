import type { AlertMetric, AlertSeverity, AlertState } from '../__generated__/operations.js';
import type { Tone } from '../components/badge.js';
import type { IconName } from '../components/icon.js';

type Look = readonly [tone: Tone, icon: IconName, word: string];

export const ALERT_STATES: Readonly<Record<AlertState, Look>> = {
  PENDING: ['warn', 'clock', 'Pending'],
  FIRING: ['bad', 'bell', 'Firing'],
  RESOLVED: ['good', 'checked', 'Resolved'],
};

export const SEVERITIES: Readonly<Record<AlertSeverity, Look>> = {
  INFO: ['info', 'info', 'Info'],
  WARNING: ['warn', 'warning', 'Warning'],
  CRITICAL: ['bad', 'failed', 'Critical'],
};

/** What a rule can watch, and how its limit is typed. */
interface MetricWords {
  readonly label: string;
  /** The unit of the limit as it is typed. */
  readonly unit: string;
  /** What a typed limit is divided by to get what the API takes. */
  readonly scale: number;
}

export const METRICS: Readonly<Record<AlertMetric, MetricWords>> = {
  ERROR_RATE: { label: 'Share of failed requests', unit: '%', scale: 100 },
  LATENCY_P99: { label: 'p99 latency', unit: 'ms', scale: 1 },
  LATENCY_P95: { label: 'p95 latency', unit: 'ms', scale: 1 },
  LATENCY_P50: { label: 'p50 latency', unit: 'ms', scale: 1 },
  ERRORS: { label: 'Failed requests', unit: 'requests', scale: 1 },
  REQUEST_RATE: { label: 'Requests a second', unit: '/s', scale: 1 },
  QUEUE_DEPTH: { label: 'Requests waiting or running', unit: 'requests', scale: 1 },
  MEMORY_BYTES: { label: 'Memory', unit: 'MB', scale: 1e-6 },
  CACHE_HIT_RATE: { label: 'Answers from the cache', unit: '%', scale: 100 },
  DRIFT: { label: 'Drifted quantities', unit: 'quantities', scale: 1 },
  SECONDS_SINCE_LAST_REQUEST: { label: 'Time since the last request', unit: 's', scale: 1 },
};
