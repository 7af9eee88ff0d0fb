import { findColumn, type FieldWish, type FileDescription } from '../../datafiles/index.js';
import type { FieldDescription } from '../language/index.js';

/** Columns that one field may be spread over. */
const MAX_ELEMENTS = 10_000;

/** A vector whose elements stand in columns of their own: `x.0`, `x.1`, … */
export interface SpreadVector {
  readonly name: string;
  readonly elements: readonly FieldWish[];
}

/** Names of the elements of a field, where it is a vector of a known length: `x.0` … */
export function elementNames({ name, kind, shape }: FieldDescription): readonly string[] {
  const [length = -1, ...more] = shape;
  if (kind !== 'tensor' || more.length > 0 || length < 1 || length > MAX_ELEMENTS) return [];
  return Array.from({ length }, (_, place) => `${name}.${place}`);
}

/**
 * The vectors among the fields that a file holds element by element: it has no column of the field's own, and one of an element.
 *
 * @param columns field or element to column, for those that have other names in the file
 */
export function spreadVectors(
  fields: readonly FieldDescription[],
  { columns: own }: FileDescription,
  columns: ReadonlyMap<string, string>,
): readonly SpreadVector[] {
  if (own === null) return [];
  const isThere = (name: string) => columns.has(name) || findColumn(own, name) !== null;
  return fields.flatMap((field): SpreadVector[] => {
    const names = elementNames(field);
    const isNamed = names.some((name) => columns.has(name));
    if (names.length === 0 || (!isNamed && (isThere(field.name) || !names.some(isThere)))) return [];
    const as = field.datatype === 'BYTES' ? 'text' : field.datatype === 'BOOL' ? 'boolean' : 'number';
    return [{ name: field.name, elements: names.map((name) => ({ name, as })) }];
  });
}

/** The fields of a row with each vector as a list. */
export function gathered(
  row: Readonly<Record<string, unknown>>,
  vectors: readonly SpreadVector[],
): Record<string, unknown> {
  const spread = new Set(vectors.flatMap(({ elements }) => elements.map(({ name }) => name)));
  return Object.fromEntries([
    ...Object.entries(row).filter(([name]) => !spread.has(name)),
    ...vectors.map(({ name, elements }) => [name, elements.map((element) => row[element.name])] as const),
  ]);
}
