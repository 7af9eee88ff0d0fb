import { describeValue, isObject } from '../instances/describe-value.js';
import { objectWith } from '../instances/fields.js';
import { RowError } from '../prediction.js';
import { numbersOf, rising } from './read-spectrum.js';
import type { Spectrum } from './spectrum.js';

const EXPECTED = 'a list of numbers, or {"times": [0, 0.5, 2], "values": [1, 2, 3]}';

/**
 * Reads values at equal steps, or at the times that are given.
 *
 * @throws RowError
 */
export function readSeries(given: unknown, maximum: number): Spectrum {
  if (Array.isArray(given)) {
    const values = enough(numbersOf(given, 'values', maximum));
    return { x: Float64Array.from(values, (_, index) => index), y: values };
  }
  if (!isObject(given))
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED}, got ${describeValue(given)}`);
  const fields = objectWith(given, ['times', 'values'], EXPECTED);
  const [x, y] = [
    numbersOf(fields.times, 'times', maximum),
    enough(numbersOf(fields.values, 'values', maximum)),
  ];
  if (x.length !== y.length)
    throw new RowError(
      'INVALID_SPECTRUM',
      `There are ${x.length} times and ${y.length} values: expected as many`,
    );
  return rising({ x, y });
}

function enough(values: Float64Array): Float64Array {
  if (values.length < 2)
    throw new RowError('INVALID_SPECTRUM', `Expected at least 2 values, got ${values.length}`);
  return values;
}
