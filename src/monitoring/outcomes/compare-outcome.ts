import { DomainError } from '../../platform/errors.js';
import type { LoggedInterval, LoggedPredictionRecord } from '../prediction-log/index.js';

/** A number that was predicted and the one that was measured, of one result. */
export interface Pair {
  /** Empty where the prediction is one number; else the path, such as `gap` or `[2]`. */
  readonly result: string;
  readonly predicted: number;
  readonly measured: number;
  /** That was given with the prediction; left out where there was none. */
  readonly interval?: LoggedInterval;
}

/**
 * Whether a value can be the truth of a prediction: of the same type, and of the same parts, where it may leave some out.
 * Values are not quoted: they may be what is masked.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function checkMeasured(predicted: unknown, measured: unknown, path = 'value'): void {
  const [expected, got] = [typeName(predicted), typeName(measured)];
  const refuse = (problem: string): DomainError =>
    new DomainError('INVALID_ARGUMENT', `Expected ${path} ${problem}.`, { field: ['value'] });
  if (expected !== got || got === 'null')
    throw refuse(
      `to be ${expected === 'null' ? 'what was predicted' : expected}, as what was predicted is, got ${got}`,
    );
  if (Array.isArray(predicted) && Array.isArray(measured)) {
    if (predicted.length !== measured.length)
      throw refuse(`to have ${predicted.length} elements, as what was predicted has, got ${measured.length}`);
    for (const [index, part] of (measured as readonly unknown[]).entries())
      if (part !== null) checkMeasured((predicted as readonly unknown[])[index], part, `${path}[${index}]`);
    return;
  }
  if (
    typeof measured === 'object' &&
    measured !== null &&
    typeof predicted === 'object' &&
    predicted !== null
  ) {
    const known = Object.keys(predicted);
    const parts = Object.entries(measured);
    if (parts.length === 0) throw refuse(`to have at least one of ${known.join(', ')}, got none`);
    for (const [name, part] of parts) {
      if (!known.includes(name)) throw refuse(`to have the results ${known.join(', ')}, got another`);
      if (part !== null)
        checkMeasured((predicted as Readonly<Record<string, unknown>>)[name], part, `${path}.${name}`);
    }
  }
}

/** All numbers that both have. */
export function pairsOf({ content, outcome }: LoggedPredictionRecord): Pair[] {
  if (outcome === null || content.operation !== 'PREDICT') return [];
  const pairs: Pair[] = [];
  collect('', content.value, outcome.value, pairs);
  const { intervals } = content;
  if (intervals === undefined) return pairs;
  return pairs.map((pair) => {
    const interval = intervals[pair.result];
    return interval === undefined ? pair : { ...pair, interval };
  });
}

function collect(result: string, predicted: unknown, measured: unknown, pairs: Pair[]): void {
  if (typeof predicted === 'number' && typeof measured === 'number')
    pairs.push({ result, predicted, measured });
  else if (Array.isArray(predicted) && Array.isArray(measured))
    for (const [index, part] of (predicted as readonly unknown[]).entries())
      collect(`${result}[${index}]`, part, (measured as readonly unknown[])[index], pairs);
  else if (
    typeof predicted === 'object' &&
    predicted !== null &&
    typeof measured === 'object' &&
    measured !== null
  )
    for (const [name, part] of Object.entries(predicted))
      collect(
        result === '' ? name : `${result}.${name}`,
        part,
        (measured as Readonly<Record<string, unknown>>)[name],
        pairs,
      );
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a text';
    default:
      return `a ${typeof value}`;
  }
}
