import type { PredictAnswer } from '../use-prediction.js';
import { resultValue } from './result-value.js';

type PlayedInterval = NonNullable<PredictAnswer['predictions'][number]['results'][number]['interval']>;

/** "−2.9 to −1.3 log10(mol/L)"; a side without a bound is said to have none. */
export function intervalText({ low, high, unit }: PlayedInterval): string {
  const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
  if (low === null && high === null) return 'anything: the calibration data is too small for this level';
  if (low === null) return `at most ${numberText(high)}${measure}`;
  if (high === null) return `at least ${numberText(low)}${measure}`;
  return `${numberText(low)} to ${numberText(high)}${measure}`;
}

export function levelText(level: number): string {
  return `${Number((level * 100).toPrecision(6))} %`;
}

function numberText(value: number | null): string {
  return value === null ? '' : resultValue(value).text;
}
