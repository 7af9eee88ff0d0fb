const MINUTE_MS = 60_000;

export const ALERT_METRICS = [
  'REQUEST_RATE',
  'ERROR_RATE',
  'ERRORS',
  'LATENCY_P50',
  'LATENCY_P95',
  'LATENCY_P99',
  'QUEUE_DEPTH',
  'MEMORY_BYTES',
  'CACHE_HIT_RATE',
  'DRIFT',
  'SECONDS_SINCE_LAST_REQUEST',
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];
export type AlertOperator = 'ABOVE' | 'BELOW';

/** A number is beyond a limit. Fires beyond `value`, resolves when it is back at `clearValue`. */
export interface ThresholdCondition {
  readonly kind: 'THRESHOLD';
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly value: number;
  readonly clearValue: number;
  readonly windowMs: number;
}

/** A number is `factor` times what it was in the window that ended `compareToMs` earlier. */
export interface RateOfChangeCondition {
  readonly kind: 'RATE_OF_CHANGE';
  readonly metric: AlertMetric;
  readonly windowMs: number;
  readonly compareToMs: number;
  readonly factor: number;
  readonly minimumRequests: number;
}

/** The error budget of an objective is used up `factor` times too fast, in a long and a short window at once. */
export interface BurnRateCondition {
  readonly kind: 'BURN_RATE';
  /** The share of good requests that is promised, between 0 and 1. */
  readonly objective: number;
  /** Good is what was answered within so many milliseconds; null: what was answered at all. */
  readonly latencyMs: number | null;
  readonly longWindowMs: number;
  readonly shortWindowMs: number;
  readonly factor: number;
  /** What callers can put right themselves, such as a tensor of a wrong shape, counts as good. */
  readonly ignoreCallerErrors: boolean;
  /** Fewer in the long window prove nothing. */
  readonly minimumRequests: number;
}

export interface DriftCondition {
  readonly kind: 'DRIFT';
  readonly windowMs: number;
}

/** A deployment that is READY gets no request. */
export interface NoTrafficCondition {
  readonly kind: 'NO_TRAFFIC';
  readonly windowMs: number;
}

/** The version that is served was published too long ago. */
export interface StalenessCondition {
  readonly kind: 'STALENESS';
  readonly maxAgeMs: number;
}

/** A metric that was measured of the version that is served is beyond a limit. */
export interface EvaluationCondition {
  readonly kind: 'EVALUATION';
  /** Such as `rmse`. */
  readonly metric: string;
  /** What the rows are called. */
  readonly dataset: string;
  readonly operator: AlertOperator;
  readonly value: number;
  /** The whole 95 % interval has to be beyond it. */
  readonly isCertain: boolean;
}

export type AlertCondition =
  | ThresholdCondition
  | RateOfChangeCondition
  | BurnRateCondition
  | DriftCondition
  | NoTrafficCondition
  | StalenessCondition
  | EvaluationCondition;

/** A stretch of time that a condition looks at: so long, and ended so long ago. Milliseconds. */
export interface LookedAt {
  readonly windowMs: number;
  readonly agoMs: number;
}

/** Every window of metrics that a condition needs. */
export function windowsOf(condition: AlertCondition): LookedAt[] {
  switch (condition.kind) {
    case 'THRESHOLD':
      return readsWindow(condition.metric) ? [{ windowMs: condition.windowMs, agoMs: 0 }] : [];
    case 'NO_TRAFFIC':
      return [{ windowMs: condition.windowMs, agoMs: 0 }];
    case 'RATE_OF_CHANGE':
      return [
        { windowMs: condition.windowMs, agoMs: 0 },
        { windowMs: condition.windowMs, agoMs: condition.compareToMs },
      ];
    case 'BURN_RATE':
      return [
        { windowMs: condition.longWindowMs, agoMs: 0 },
        { windowMs: condition.shortWindowMs, agoMs: 0 },
      ];
    case 'DRIFT':
    case 'STALENESS':
    case 'EVALUATION':
      return [];
  }
}

/** The longest stretch without any knowledge that says nothing yet: the condition's own window, and a minute. */
export function patienceOf(condition: AlertCondition): number {
  switch (condition.kind) {
    case 'STALENESS':
    case 'EVALUATION':
      return MINUTE_MS;
    case 'BURN_RATE':
      return MINUTE_MS + condition.shortWindowMs;
    case 'THRESHOLD':
      if (condition.metric === 'SECONDS_SINCE_LAST_REQUEST') return MINUTE_MS + condition.value * 1_000;
      return MINUTE_MS + condition.windowMs;
    default:
      return MINUTE_MS + condition.windowMs;
  }
}

function readsWindow(metric: AlertMetric): boolean {
  return metric !== 'DRIFT' && metric !== 'SECONDS_SINCE_LAST_REQUEST';
}
