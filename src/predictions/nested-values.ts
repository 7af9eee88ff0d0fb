import { DomainError } from '../platform/errors.js';
import type { JsonValue } from '../pipelines/index.js';

/** Each list along the last dimension as an object by the columns' names. */
export function named(
  values: readonly JsonValue[],
  shape: readonly number[],
  columns: readonly string[],
  output: string,
): JsonValue {
  if ((shape.at(-1) ?? 1) !== columns.length)
    throw new DomainError(
      'RUN_FAILED',
      `Output "${output}": expected ${columns.length} columns, as its pipeline names them, got ${shape.at(-1) ?? 1}`,
    );
  const rows: JsonValue[] = [];
  for (let at = 0; at < values.length; at += columns.length)
    rows.push(Object.fromEntries(columns.map((name, column) => [name, values[at + column] ?? null])));
  return nested(rows, shape.slice(0, -1));
}

/** Row-major elements as lists within lists; of shape [] the element itself. */
export function nested(elements: readonly JsonValue[], shape: readonly number[]): JsonValue {
  const [outer, ...inner] = shape;
  if (outer === undefined) return elements[0] ?? null;
  if (inner.length === 0) return elements;
  const size = elements.length / outer;
  return Array.from({ length: outer }, (_, index) =>
    nested(elements.slice(index * size, (index + 1) * size), inner),
  );
}
