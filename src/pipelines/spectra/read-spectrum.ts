import { describeValue, isObject } from '../instances/describe-value.js';
import { objectWith } from '../instances/fields.js';
import { RowError } from '../prediction.js';
import { axisConversion, LIGHT_UNITS } from './axis-units.js';
import type { Spectrum } from './spectrum.js';

export interface SpectrumSettings {
  /** Of the places, as steps get them; callers may send another that it can be converted from. */
  readonly xUnit: string;
  /** Points in one instance. */
  readonly maximum: number;
}

const EXPECTED = '{"x": [400, 401, …], "y": [0.1, 0.2, …]}, with "xUnit" where it is not the pipeline\'s';

/**
 * Reads places and values, in any order of the places.
 *
 * @throws RowError
 */
export function readSpectrum(given: unknown, { xUnit, maximum }: SpectrumSettings): Spectrum {
  if (!isObject(given))
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED}, got ${describeValue(given)}`);
  const fields = objectWith(given, ['x', 'y', 'xUnit'], EXPECTED);
  const convert = conversion(fields.xUnit ?? xUnit, xUnit);
  const x = numbersOf(fields.x, 'x', maximum).map(convert);
  const y = numbersOf(fields.y, 'y', maximum);
  if (x.length !== y.length)
    throw new RowError('INVALID_SPECTRUM', `x has ${x.length} numbers and y ${y.length}: expected as many`);
  if (x.length < 2) throw new RowError('INVALID_SPECTRUM', `Expected at least 2 points, got ${x.length}`);
  const wrong = x.findIndex((place) => !Number.isFinite(place));
  if (wrong !== -1)
    throw new RowError(
      'INVALID_SPECTRUM',
      `x[${wrong}] has no place in ${xUnit}: a wavelength or energy of 0 has no other form`,
    );
  return rising({ x, y });
}

function conversion(from: unknown, to: string): (place: number) => number {
  const convert = typeof from === 'string' ? axisConversion(from, to) : undefined;
  if (convert !== undefined) return convert;
  const possible = LIGHT_UNITS.includes(to) ? `one of ${LIGHT_UNITS.join(', ')}` : JSON.stringify(to);
  throw new RowError(
    'INVALID_SPECTRUM',
    `xUnit must be ${possible}, since the model's axis is in ${to}; got ${describeValue(from)}`,
  );
}

/** @throws RowError */
export function numbersOf(given: unknown, name: string, maximum: number): Float64Array {
  if (!Array.isArray(given))
    throw new RowError('INVALID_INSTANCE', `${name} must be a list of numbers, got ${describeValue(given)}`);
  if (given.length > maximum)
    throw new RowError(
      'INVALID_SPECTRUM',
      `${name} has ${given.length} numbers: expected at most ${maximum}`,
    );
  const numbers = new Float64Array(given.length);
  for (const [index, value] of (given as readonly unknown[]).entries()) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new RowError(
        'INVALID_SPECTRUM',
        `${name}[${index}] must be a finite number, got ${describeValue(value)}`,
      );
    numbers[index] = value;
  }
  return numbers;
}

/** The same points by rising places. @throws RowError where two of them lie at one place */
export function rising({ x, y }: Spectrum): Spectrum {
  const order = isRising(x) ? undefined : [...x.keys()].sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  const sorted =
    order === undefined
      ? { x, y }
      : {
          x: Float64Array.from(order, (index) => x[index] ?? 0),
          y: Float64Array.from(order, (index) => y[index] ?? 0),
        };
  const twice = sorted.x.findIndex((place, index) => index > 0 && place === sorted.x[index - 1]);
  if (twice !== -1)
    throw new RowError(
      'INVALID_SPECTRUM',
      `Two points lie at x = ${sorted.x[twice] ?? 0}: expected one for each place`,
    );
  return sorted;
}

function isRising(x: Float64Array): boolean {
  for (let index = 1; index < x.length; index++) if (!((x[index - 1] ?? 0) < (x[index] ?? 0))) return false;
  return true;
}
