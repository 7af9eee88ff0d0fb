import { DomainError } from '../../../platform/errors.js';
import type {
  AlertCondition,
  AlertMetric,
  AlertOperator,
  BurnRateCondition,
  EvaluationCondition,
  RateOfChangeCondition,
  ThresholdCondition,
} from './condition.js';
import { durationText } from './duration-text.js';
import { LONGEST_WINDOW_MS, SHORTEST_WINDOW_MS } from './limits.js';
import { formatNumber, metricText, valueText } from './metric-text.js';

type Given<T> = T | null | undefined;

export interface ThresholdInput {
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly value: number;
  readonly clearValue?: Given<number>;
  readonly window?: Given<number>;
}

export interface RateOfChangeInput {
  readonly metric: AlertMetric;
  readonly factor: number;
  readonly window?: Given<number>;
  readonly compareTo?: Given<number>;
  readonly minimumRequests?: Given<number>;
}

export interface BurnRateInput {
  readonly objective: number;
  readonly latencyMs?: Given<number>;
  readonly longWindow?: Given<number>;
  readonly shortWindow?: Given<number>;
  readonly factor?: Given<number>;
  readonly ignoreCallerErrors?: Given<boolean>;
  readonly minimumRequests?: Given<number>;
}

export interface EvaluationInput {
  readonly metric: string;
  readonly dataset: string;
  readonly operator: AlertOperator;
  readonly value: number;
  readonly isCertain?: Given<boolean>;
}

/** Exactly one of them is given. Durations are in milliseconds. */
export interface ConditionInput {
  readonly threshold?: Given<ThresholdInput>;
  readonly rateOfChange?: Given<RateOfChangeInput>;
  readonly burnRate?: Given<BurnRateInput>;
  readonly drift?: Given<{ readonly window?: Given<number> }>;
  readonly noTraffic?: Given<{ readonly window?: Given<number> }>;
  readonly staleness?: Given<{ readonly maxAge: number }>;
  readonly evaluation?: Given<EvaluationInput>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MAX_AGE_MS = 10 * 365 * 24 * HOUR_MS;
const MAX_TEXT = 200;
const MAX_REQUESTS = 1_000_000_000;

/** Metrics that are parts of a whole. */
const SHARES: readonly AlertMetric[] = ['ERROR_RATE', 'CACHE_HIT_RATE'];
/** Metrics that have no past to compare with, or whose ratio means nothing. */
const NOT_COMPARED: readonly AlertMetric[] = [
  'QUEUE_DEPTH',
  'MEMORY_BYTES',
  'DRIFT',
  'SECONDS_SINCE_LAST_REQUEST',
];

/** What is older is known by minutes only, and what is still older by hours. */
const COARSE = [
  { afterMs: 7 * 24 * HOUR_MS, leastMs: HOUR_MS },
  { afterMs: 6 * HOUR_MS, leastMs: MINUTE_MS },
] as const;

/**
 * @param longestMs for which metrics are kept
 * @throws DomainError INVALID_ARGUMENT
 */
export function readCondition(input: ConditionInput, longestMs = LONGEST_WINDOW_MS): AlertCondition {
  const given = Object.entries(input).filter(([, value]) => value != null);
  if (given.length !== 1)
    throw invalid(
      [],
      `exactly one of threshold, rateOfChange, burnRate, drift, noTraffic, staleness and evaluation, got ${given.length}`,
    );
  const { threshold, rateOfChange, burnRate, drift, noTraffic, evaluation, staleness } = input;
  const window = windowReader(longestMs);
  if (threshold) return readThreshold(threshold, window);
  if (rateOfChange) return readRateOfChange(rateOfChange, window, longestMs);
  if (burnRate) return readBurnRate(burnRate, window);
  if (drift) return { kind: 'DRIFT', windowMs: driftWindow(drift.window, ['drift', 'window']) };
  if (evaluation) return readEvaluation(evaluation);
  if (noTraffic)
    return {
      kind: 'NO_TRAFFIC',
      windowMs: window(noTraffic.window, ['noTraffic', 'window'], 15 * MINUTE_MS),
    };
  return { kind: 'STALENESS', maxAgeMs: maxAge(staleness?.maxAge ?? 0) };
}

function readThreshold(
  { metric, operator, value, ...rest }: ThresholdInput,
  window: ReadWindow,
): ThresholdCondition {
  const clearValue = rest.clearValue ?? value;
  checkNumber(metric, value, ['threshold', 'value']);
  checkNumber(metric, clearValue, ['threshold', 'clearValue']);
  const above = operator === 'ABOVE';
  if (above ? clearValue > value : clearValue < value)
    throw invalid(
      ['threshold', 'clearValue'],
      `clearValue ${above ? 'at most' : 'at least'} ${valueText(metric, value)}, the value at which the alert fires, got ${valueText(metric, clearValue)}: it would resolve while it still fires`,
    );
  const isShare = SHARES.includes(metric);
  if (above ? isShare && value >= 1 : value <= 0)
    throw invalid(
      ['threshold', 'value'],
      `a limit that ${metricText(metric)} can be ${above ? 'above' : 'below'}, got ${formatNumber(value)}: the alert could never fire`,
    );
  return {
    kind: 'THRESHOLD',
    metric,
    operator,
    value,
    clearValue,
    windowMs:
      metric === 'DRIFT'
        ? driftWindow(rest.window, ['threshold', 'window'])
        : window(rest.window, ['threshold', 'window'], 5 * MINUTE_MS),
  };
}

function readRateOfChange(
  { metric, factor, ...rest }: RateOfChangeInput,
  window: ReadWindow,
  longestMs: number,
): RateOfChangeCondition {
  if (NOT_COMPARED.includes(metric))
    throw invalid(
      ['rateOfChange', 'metric'],
      `a metric that is kept over time, such as REQUEST_RATE or LATENCY_P99, got ${metric}. Use a threshold for it`,
    );
  if (!Number.isFinite(factor) || factor <= 0 || factor === 1 || factor > 1_000_000)
    throw invalid(
      ['rateOfChange', 'factor'],
      `a factor above 1 for a rise, such as 2, or between 0 and 1 for a fall, such as 0.5, got ${factor}`,
    );
  const windowMs = window(rest.window, ['rateOfChange', 'window'], 5 * MINUTE_MS);
  const compareToMs = window(rest.compareTo, ['rateOfChange', 'compareTo'], HOUR_MS);
  if (compareToMs < windowMs)
    throw invalid(
      ['rateOfChange', 'compareTo'],
      `at least the window, ${durationText(windowMs)}, got ${durationText(compareToMs)}: the two windows would share requests`,
    );
  const coarse = COARSE.find(({ afterMs }) => compareToMs + windowMs > afterMs);
  if (coarse && windowMs < coarse.leastMs)
    throw invalid(
      ['rateOfChange', 'window'],
      `a window of at least ${durationText(coarse.leastMs)} to compare with what was ${durationText(compareToMs)} earlier, which is not known more finely, got ${durationText(windowMs)}`,
    );
  if (compareToMs + windowMs > longestMs)
    throw invalid(
      ['rateOfChange', 'compareTo'],
      `window and compareTo of at most ${durationText(longestMs)} together, for which metrics are kept, got ${durationText(compareToMs + windowMs)}`,
    );
  return {
    kind: 'RATE_OF_CHANGE',
    metric,
    windowMs,
    compareToMs,
    factor,
    minimumRequests: requests(rest.minimumRequests, ['rateOfChange', 'minimumRequests'], 20),
  };
}

function readBurnRate({ objective, ...rest }: BurnRateInput, window: ReadWindow): BurnRateCondition {
  if (!(objective > 0 && objective < 1))
    throw invalid(
      ['burnRate', 'objective'],
      `a share above 0 and below 1, such as 0.999, got ${objective}${objective > 1 && objective < 100 ? `. For ${objective} % give ${formatNumber(objective / 100)}` : ''}`,
    );
  const factor = rest.factor ?? 14.4;
  const most = 1 / (1 - objective);
  if (!(factor > 0 && factor < most))
    throw invalid(
      ['burnRate', 'factor'],
      `a factor above 0 and below ${formatNumber(most)}, which is reached when every request fails, got ${factor}: the alert could never fire`,
    );
  const latencyMs = rest.latencyMs ?? null;
  if (latencyMs !== null && !(latencyMs > 0 && latencyMs <= HOUR_MS))
    throw invalid(['burnRate', 'latencyMs'], `latencyMs above 0, at most ${HOUR_MS}, got ${latencyMs}`);
  const longWindowMs = window(rest.longWindow, ['burnRate', 'longWindow'], HOUR_MS);
  const shortWindowMs = window(
    rest.shortWindow,
    ['burnRate', 'shortWindow'],
    Math.max(SHORTEST_WINDOW_MS, Math.round(longWindowMs / 12)),
  );
  if (shortWindowMs >= longWindowMs)
    throw invalid(
      ['burnRate', 'shortWindow'],
      `a window shorter than longWindow, ${durationText(longWindowMs)}, mostly a twelfth of it, got ${durationText(shortWindowMs)}`,
    );
  return {
    kind: 'BURN_RATE',
    objective,
    latencyMs,
    longWindowMs,
    shortWindowMs,
    factor,
    ignoreCallerErrors: rest.ignoreCallerErrors ?? false,
    minimumRequests: requests(rest.minimumRequests, ['burnRate', 'minimumRequests'], 100),
  };
}

function readEvaluation({
  metric,
  dataset,
  operator,
  value,
  isCertain,
}: EvaluationInput): EvaluationCondition {
  for (const [name, text] of Object.entries({ metric, dataset }))
    if (text.trim() === '' || text.length > MAX_TEXT)
      throw invalid(['evaluation', name], `${name} to have 1 to ${MAX_TEXT} characters, got ${text.length}`);
  if (!Number.isFinite(value)) throw invalid(['evaluation', 'value'], `a number, got ${value}`);
  return {
    kind: 'EVALUATION',
    metric: metric.trim(),
    dataset: dataset.trim(),
    operator,
    value,
    isCertain: isCertain ?? false,
  };
}

function checkNumber(metric: AlertMetric, value: number, field: readonly string[]): void {
  const share = SHARES.includes(metric);
  if (Number.isFinite(value) && value >= 0 && !(share && value > 1)) return;
  const hint = share && value > 1 && value <= 100 ? `. For ${value} % give ${formatNumber(value / 100)}` : '';
  throw invalid(
    field,
    `${share ? 'a share from 0 to 1' : 'a number that is not negative'} for ${metric}, got ${value}${hint}`,
  );
}

type ReadWindow = (given: Given<number>, field: readonly string[], usual: number) => number;

function windowReader(longestMs: number): ReadWindow {
  return (given, field, usual) => {
    const ms = given ?? usual;
    if (ms >= SHORTEST_WINDOW_MS && ms <= longestMs) return ms;
    throw invalid(
      field,
      `a duration from ${durationText(SHORTEST_WINDOW_MS)} to ${durationText(longestMs)}, for which metrics are kept, got ${durationText(ms)}`,
    );
  };
}

function driftWindow(given: Given<number>, field: readonly string[]): number {
  const ms = given ?? HOUR_MS;
  if (ms >= MINUTE_MS && ms <= LONGEST_WINDOW_MS) return ms;
  throw invalid(
    field,
    `a duration from one minute to ${durationText(LONGEST_WINDOW_MS)}, for which drift is counted, got ${durationText(ms)}`,
  );
}

function maxAge(ms: number): number {
  if (ms >= MINUTE_MS && ms <= MAX_AGE_MS) return ms;
  throw invalid(['staleness', 'maxAge'], `a duration from one minute to ten years, got ${durationText(ms)}`);
}

function requests(given: Given<number>, field: readonly string[], usual: number): number {
  const count = given ?? usual;
  if (Number.isInteger(count) && count >= 1 && count <= MAX_REQUESTS) return count;
  throw invalid(field, `a whole number from 1 to ${MAX_REQUESTS}, got ${count}`);
}

function invalid(field: readonly string[], expected: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${expected}.`, { field: ['condition', ...field] });
}
