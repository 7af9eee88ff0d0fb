import type { EvaluationCondition } from '../rules/condition.js';
import { formatNumber } from '../rules/metric-text.js';
import type { QualitySource, WatchedDeployment } from './metric-source.js';
import type { Observation } from './observation.js';

/** What was measured of the version that is served, against a limit. */
export function observeEvaluation(
  condition: EvaluationCondition,
  { name, versionId, versionRef }: WatchedDeployment,
  qualities: QualitySource,
): Observation {
  const { metric, dataset, operator, value: limit, isCertain } = condition;
  const found = qualities.quality(versionId, condition);
  if (!found)
    return {
      kind: 'UNKNOWN',
      message: () => `${name}: ${metric} of ${versionRef} was not measured on "${dataset}" yet`,
    };
  const { value, interval, unit, at } = found;
  const above = operator === 'ABOVE';
  const bound = isCertain && interval !== null ? (above ? interval.low : interval.high) : value;
  const isBeyond = above ? bound > limit : bound < limit;
  const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
  const range = interval === null ? '' : ` (${formatNumber(interval.low)} to ${formatNumber(interval.high)})`;
  return {
    kind: isBeyond ? 'BREACHED' : 'CLEAR',
    value,
    threshold: limit,
    message: () =>
      `${name} serves ${versionRef}, whose ${metric} on "${dataset}" is ${formatNumber(value)}${measure}${range}, as measured at ${at.toISOString()}; the limit is ${formatNumber(limit)}${measure}`,
  };
}
