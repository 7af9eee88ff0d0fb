import type { DataType } from '../../../tensors/index.js';
import { describeValue, meantNumber } from '../../instances/describe-value.js';
import { RowError } from '../../prediction.js';

/** Elements of one instance: more would be a file, which batch predictions take. */
const MAXIMUM = 10_000_000;

export interface Elements {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: readonly number[] | readonly string[];
}

/**
 * Elements nested as the shape says; flat is taken where the shape leaves at most one extent open.
 *
 * @returns for BYTES the texts
 * @throws RowError
 */
export function readArray(
  name: string,
  value: unknown,
  datatype: DataType,
  declared: readonly number[],
): Elements {
  const flat: unknown[] = [];
  const shape = declared.length > 1 && isFlat(value) ? flatShape(name, value, declared, flat) : [];
  if (flat.length === 0) collect(name, value, declared, 0, shape, flat);
  const data = flat.map((element, place) => elementOf(name, element, datatype, place, declared));
  return { shape, data: data as number[] | string[] };
}

function isFlat(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && !value.some((element) => Array.isArray(element));
}

function flatShape(
  name: string,
  value: readonly unknown[],
  declared: readonly number[],
  flat: unknown[],
): number[] {
  const known = declared.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const open = declared.filter((extent) => extent === -1).length;
  const rest = value.length / known;
  if (open > 1 || !Number.isInteger(rest) || (open === 0 && rest !== 1))
    throw wrong(name, declared, `a flat list of ${value.length}`);
  if (value.length > MAXIMUM) throw tooMany(name, value.length);
  for (const element of value) flat.push(element);
  return declared.map((extent) => (extent === -1 ? rest : extent));
}

function collect(
  name: string,
  value: unknown,
  declared: readonly number[],
  depth: number,
  shape: number[],
  into: unknown[],
): void {
  if (depth === declared.length) {
    into.push(value);
    if (into.length > MAXIMUM) throw tooMany(name, into.length);
    return;
  }
  if (!Array.isArray(value)) throw wrong(name, declared, describeValue(value));
  const expected = shape[depth] ?? declared[depth] ?? -1;
  if (expected !== -1 && value.length !== expected)
    throw wrong(name, declared, `a list of ${value.length} where ${expected} are expected`);
  shape[depth] = value.length;
  for (const element of value as readonly unknown[]) collect(name, element, declared, depth + 1, shape, into);
  // An extent of 0 hides those within it.
  for (let inner = depth + 1; inner < declared.length; inner++)
    shape[inner] ??= Math.max(declared[inner] ?? 0, 0);
}

function elementOf(
  name: string,
  element: unknown,
  datatype: DataType,
  place: number,
  declared: readonly number[],
): number | string {
  const where = declared.length === 0 ? name : `${name}, element ${place},`;
  if (datatype === 'BYTES') {
    if (typeof element === 'string') return element;
    throw new RowError('INVALID_INSTANCE', `${where} must be text, got ${describeValue(element)}`);
  }
  if (datatype === 'BOOL' && typeof element === 'boolean') return element ? 1 : 0;
  if (typeof element !== 'number' || !Number.isFinite(element))
    throw new RowError(
      'INVALID_INSTANCE',
      `${where} must be a finite number, got ${describeValue(element)}${meantNumber(element)}`,
    );
  if (datatype === 'BOOL' && element !== 0 && element !== 1)
    throw new RowError('INVALID_INSTANCE', `${where} must be true or false, got ${element}`);
  return element;
}

function wrong(name: string, declared: readonly number[], got: string): RowError {
  const shape =
    declared.length === 0 ? 'a single value' : `lists nested as shape [${declared.join(',')}], -1 free`;
  return new RowError('INVALID_INSTANCE', `${name} must be ${shape}; got ${got}`);
}

function tooMany(name: string, count: number): RowError {
  return new RowError(
    'INVALID_INSTANCE',
    `${name} has at least ${count} elements: expected at most ${MAXIMUM} in one instance`,
  );
}
