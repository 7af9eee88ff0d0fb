import { formatNumber, metricText, valueText } from './metric-text.js';
import { durationText } from './duration-text.js';
import type { AlertCondition } from './condition.js';

/** What a rule watches for, for people. */
export function describeCondition(condition: AlertCondition): string {
  switch (condition.kind) {
    case 'THRESHOLD': {
      const { metric, operator, value, clearValue, windowMs } = condition;
      const clears = clearValue === value ? '' : `, until it is back at ${valueText(metric, clearValue)}`;
      return `${metricText(metric)} over ${durationText(windowMs)} is ${operator === 'ABOVE' ? 'above' : 'below'} ${valueText(metric, value)}${clears}`;
    }
    case 'RATE_OF_CHANGE': {
      const { metric, windowMs, compareToMs, factor } = condition;
      return `${metricText(metric)} over ${durationText(windowMs)} is at ${factor > 1 ? 'least' : 'most'} ${formatNumber(factor)} times what it was ${durationText(compareToMs)} earlier`;
    }
    case 'BURN_RATE': {
      const { longWindowMs, shortWindowMs, factor } = condition;
      return `${objectiveText(condition)}: its error budget burns at least ${formatNumber(factor)} times too fast, over ${durationText(longWindowMs)} and over ${durationText(shortWindowMs)}`;
    }
    case 'DRIFT':
      return `inputs or answers of the last ${durationText(condition.windowMs)} have drifted from the reference`;
    case 'NO_TRAFFIC':
      return `no request for ${durationText(condition.windowMs)}`;
    case 'EVALUATION': {
      const { metric, dataset, operator, value, isCertain } = condition;
      const what = isCertain ? `the whole interval of ${metric}` : metric;
      return `${what} measured on "${dataset}" is ${operator === 'ABOVE' ? 'above' : 'below'} ${formatNumber(value)}`;
    }
    case 'STALENESS':
      return `the version it serves was published more than ${durationText(condition.maxAgeMs)} ago`;
  }
}

export function objectiveText({
  objective,
  latencyMs,
}: {
  readonly objective: number;
  readonly latencyMs: number | null;
}): string {
  const share = `${formatNumber(objective * 100)} % of the requests are answered`;
  return latencyMs === null ? share : `${share} within ${formatNumber(latencyMs)} ms`;
}
