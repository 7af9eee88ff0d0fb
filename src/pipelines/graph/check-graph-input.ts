import { DATA_TYPES, type DataType, type TensorSpec } from '../../tensors/index.js';
import { columnsOf, describeKind, type NumberKind, type ValueKind } from '../language/index.js';
import { isSameUnit } from '../chain/own-units.js';
import { invalidPipeline } from '../pipeline-error.js';
import type { DeclaredGraphInput } from './graph-schema.js';

const HELD: Readonly<Record<NumberKind['holds'], readonly DataType[]>> = {
  real: ['FP16', 'FP32', 'FP64'],
  whole: DATA_TYPES.filter((type) => type !== 'BYTES' && type !== 'BOOL'),
  bits: DATA_TYPES.filter((type) => type !== 'BYTES'),
};

/** Whether values of a kind are what a tensor of this datatype holds. @throws DomainError INVALID_PIPELINE */
export function checkDatatype(kind: ValueKind, of: string, spec: TensorSpec, path: readonly string[]): void {
  const held: readonly DataType[] =
    kind.kind === 'numbers' ? HELD[kind.holds] : kind.kind === 'text' ? ['BYTES'] : [];
  if (held.length === 0)
    throw invalidPipeline(
      [...path, 'of'],
      `"${of}" is ${describeKind(kind)}, which no tensor holds; make numbers of it by a step`,
    );
  if (!held.includes(spec.datatype))
    throw invalidPipeline(
      [...path, 'of'],
      `"${of}" is ${describeKind(kind)}, which fills a tensor of ${held.join(', ')}, but the graph's input is ${spec.datatype}; ${kind.kind === 'numbers' ? 'add a "cast" step' : 'make numbers of it by a step'}`,
    );
}

export function shapeOf(kind: ValueKind): readonly number[] | null {
  return kind.kind === 'numbers' || kind.kind === 'text' ? kind.shape : null;
}

/** Whether rows of this shape, stacked, are the tensor: the batch first, and a single number without a column, too. */
export function fitsRows(shape: readonly number[], { shape: spec, unranked }: TensorSpec): boolean {
  if (unranked) return true;
  const [batch, ...own] = spec;
  if (batch !== -1 && batch !== 1) return false;
  if (own.length === shape.length) return matches(shape, own);
  if (shape.length === 0) return own.length === 1 && matches([1], own);
  return shape.length === 1 && shape[0] === 1 && own.length === 0;
}

/** Whether one instance's value is the whole tensor; a scalar may be [1], too. */
export function fitsWhole(shape: readonly number[], { shape: spec, unranked }: TensorSpec): boolean {
  if (unranked) return true;
  if (shape.length === spec.length) return matches(shape, spec);
  return shape.length === 0 && spec.length === 1 && matches([1], spec);
}

function matches(given: readonly number[], spec: readonly number[]): boolean {
  return given.every((extent, axis) => extent === -1 || spec[axis] === -1 || extent === spec[axis]);
}

/** @throws DomainError INVALID_PIPELINE */
export function checkShape(
  kind: ValueKind,
  of: string,
  spec: TensorSpec,
  rowwise: boolean,
  path: readonly string[],
): void {
  const shape = shapeOf(kind);
  if (shape === null || (rowwise ? fitsRows : fitsWhole)(shape, spec)) return;
  const row = shape.length === 0 ? '[-1] or [-1,1]' : `[${[-1, ...shape].join(',')}]`;
  const made = rowwise
    ? `for each instance, so shape ${row}`
    : `so shape ${shape.length === 0 ? '[] or [1]' : `[${shape.join(',')}]`}`;
  throw invalidPipeline(
    [...path, 'of'],
    `"${of}" is ${describeKind(kind)} ${made}; the graph's input is [${spec.shape.join(',')}]`,
  );
}

/** The unit of a tensor, which is the step's own where that is known. @throws DomainError INVALID_PIPELINE */
export function unitOfInput(
  { unit, of }: DeclaredGraphInput,
  kind: ValueKind,
  path: readonly string[],
): string | readonly string[] | undefined {
  if (kind.kind !== 'numbers') return unit;
  const own = kind.unit;
  if (unit === undefined && own === undefined)
    throw invalidPipeline([...path, 'unit'], 'a unit is needed; "1" says dimensionless');
  if (unit === undefined) return own;
  const columns = columnsOf(kind);
  if (typeof unit !== 'string' && columns !== -1 && unit.length !== columns)
    throw invalidPipeline(
      [...path, 'unit'],
      `one unit for all, or one for each of the ${columns} columns; got ${unit.length}`,
    );
  if (own !== undefined) checkOwn(unit, own, of, kind, path);
  return unit;
}

function checkOwn(
  unit: string | readonly string[],
  own: string | readonly string[],
  of: string,
  { names }: NumberKind,
  path: readonly string[],
): void {
  const count = Math.max(
    typeof unit === 'string' ? 1 : unit.length,
    typeof own === 'string' ? 1 : own.length,
  );
  for (let column = 0; column < count; column++) {
    const given = typeof unit === 'string' ? unit : (unit[column] ?? '');
    const known = typeof own === 'string' ? own : (own[column] ?? '');
    if (isSameUnit(given, known)) continue;
    const several =
      typeof unit === 'string' && count > 1 ? '; give a list, one unit a column, or leave it out' : '';
    throw invalidPipeline(
      [...path, 'unit', ...(typeof unit === 'string' ? [] : [String(column)])],
      `${names?.[column] ?? `"${of}"`} has the unit ${JSON.stringify(known)}, got ${JSON.stringify(given)}${several}`,
    );
  }
}
