import { Extent, type Unknowns } from './extent.js';
import { ProofEnd } from './proof-end.js';
import { dimsOf } from './step.js';
import type { Followed, RowAxis } from './value.js';

export interface Shape {
  readonly dims: readonly Extent[];
  readonly rows: RowAxis | null;
}

/**
 * The shape of tensors laid over one another, aligned from the right.
 * @throws ProofEnd where rows would meet other rows, or constants that are not the same for all of them
 */
export function broadcast(values: readonly (Followed | Shape)[], unknowns: Unknowns): Shape {
  const shapes = values.map((value) => ('kind' in value ? { dims: dimsOf(value), rows: value.rows } : value));
  const rank = Math.max(0, ...shapes.map(({ dims }) => dims.length));
  const dims: Extent[] = [];
  let rows: RowAxis | null = null;
  for (let axis = 0; axis < rank; axis += 1) {
    const here = shapes.flatMap((shape) => {
      const own = axis - (rank - shape.dims.length);
      const size = shape.dims[own];
      return size === undefined ? [] : [{ size, rows: shape.rows?.axis === own ? shape.rows : null }];
    });
    const first = here.find((one) => one.rows);
    if (!first?.rows) {
      dims.push(here.map(({ size }) => size).reduce((a, b) => common(a, b, unknowns), Extent.ONE));
      continue;
    }
    if (rows) throw new ProofEnd('every row meets every other: their axes cross');
    for (const { size, rows: others } of here) {
      if (others ? others.before.equals(first.rows.before) && size.equals(first.size) : size.is(1)) continue;
      throw new ProofEnd(
        others
          ? 'rows that are cut differently meet'
          : 'along the rows it is given constants that are not one for all',
      );
    }
    rows = { axis, before: first.rows.before };
    dims.push(first.size);
  }
  return { dims, rows };
}

/** The size that both become. Two unknown ones may be 1 and something, or equal. */
export function common(one: Extent, other: Extent, unknowns: Unknowns): Extent {
  if (one.equals(other) || other.is(1)) return one;
  if (one.is(1)) return other;
  if (other.number !== null && other.number > 1) return other;
  if (one.number !== null && one.number > 1) return one;
  return unknowns.computedFrom('common', [one, other].sort((a, b) => (a.key < b.key ? -1 : 1)), true); // prettier-ignore
}
