import { RowError } from '../prediction.js';
import { describeValue, isObject, quoteGiven } from './describe-value.js';

/** The object an instance must be, without unknown fields: a misspelt `cutof` would change the answer silently. */
export function objectWith(
  value: unknown,
  allowed: readonly string[],
  expected: string,
): Readonly<Record<string, unknown>> {
  if (!isObject(value))
    throw new RowError('INVALID_INSTANCE', `Expected ${expected}, got ${describeValue(value)}`);
  for (const key of Object.keys(value))
    if (!allowed.includes(key))
      throw new RowError('INVALID_INSTANCE', `Unknown field ${quoteGiven(key)}: expected ${expected}`);
  return value;
}
