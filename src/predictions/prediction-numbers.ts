import type { OutputNumbers } from '../deployments/index.js';
import type { JsonValue } from '../pipelines/index.js';
import type { Prediction } from '../pipelines/index.js';

/**
 * What was predicted, as numbers by result. An instance that has no answer is not a number: two versions that both refuse
 * a molecule agree about it.
 */
export function numbersOfPredictions(predictions: readonly Prediction[]): OutputNumbers {
  const numbers = new Map<string, number[]>();
  for (const { value, error } of predictions) collect(numbers, '', error ? Number.NaN : value);
  return numbers;
}

function collect(numbers: Map<string, number[]>, name: string, value: JsonValue | undefined): void {
  if (Array.isArray(value)) {
    for (const entry of value as readonly JsonValue[]) collect(numbers, name, entry);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value))
      collect(numbers, name === '' ? key : `${name}.${key}`, entry);
    return;
  }
  const number = typeof value === 'string' ? value.length : value === null ? Number.NaN : Number(value);
  const known = numbers.get(name);
  if (known) known.push(number);
  else numbers.set(name, [number]);
}
