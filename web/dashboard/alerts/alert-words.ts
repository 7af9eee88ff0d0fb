import type {
  AlertConditionInput,
  AlertMetric,
  AlertSeverity,
  AlertState,
} from '../__generated__/operations.js';
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
  /** The power of ten that makes of a typed limit what the API takes. */
  readonly power: number;
}

export const METRICS: Readonly<Record<AlertMetric, MetricWords>> = {
  ERROR_RATE: { label: 'Share of failed requests', unit: '%', power: -2 },
  LATENCY_P99: { label: 'p99 latency', unit: 'ms', power: 0 },
  LATENCY_P95: { label: 'p95 latency', unit: 'ms', power: 0 },
  LATENCY_P50: { label: 'p50 latency', unit: 'ms', power: 0 },
  ERRORS: { label: 'Failed requests', unit: 'requests', power: 0 },
  REQUEST_RATE: { label: 'Requests a second', unit: '/s', power: 0 },
  QUEUE_DEPTH: { label: 'Requests waiting or running', unit: 'requests', power: 0 },
  MEMORY_BYTES: { label: 'Memory', unit: 'MB', power: 6 },
  CACHE_HIT_RATE: { label: 'Answers from the cache', unit: '%', power: -2 },
  DRIFT: { label: 'Drifted quantities', unit: 'quantities', power: 0 },
  SECONDS_SINCE_LAST_REQUEST: { label: 'Time since the last request', unit: 's', power: 0 },
};

/** What a rule can fire on. */
export const CONDITIONS: Readonly<Record<keyof AlertConditionInput, string>> = {
  threshold: 'a number is beyond a limit',
  rateOfChange: 'a number changes fast',
  burnRate: 'an error budget is used up too fast',
  drift: 'inputs or answers drift',
  noTraffic: 'no request comes',
  staleness: 'the version is old',
  evaluation: 'a measured quality is beyond a limit',
};
