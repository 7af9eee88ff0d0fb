import { broadcast } from '../broadcast.js';
import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, type Operators, type Rule, type Step } from '../step.js';
import { constant, MAX_ELEMENTS, withRows, type Followed, type RowAxis } from '../value.js';

/**
 * The same elements in the same order, in another shape. Rows stay together when what comes before them keeps its size:
 * the row of an element is told by its place over that of one row, wherever the axes are cut.
 */
function reshaped(input: Followed, target: readonly Extent[]): Followed {
  const { rows, elements } = input;
  if (rows === null) {
    if (target.some((size) => size.countsRows))
      throw new ProofEnd('something that is the same for all rows would be cut into rows');
    return constant(target, elements);
  }
  const dims = dimsOf(input);
  const axis = target.findIndex((size) => size.countsRows);
  if (target.filter((size) => size.countsRows).length !== 1 || target[axis]?.isMultipleOfRows !== true)
    throw new ProofEnd(`it is not certain that ${shownShape(target)} keeps rows apart`);
  const ahead = Extent.product(dims.slice(0, rows.axis)).times(rows.before);
  const before = ahead.over(Extent.product(target.slice(0, axis)));
  if (before === null || target[axis].over(before.times(Extent.ROWS)) === null)
    throw new ProofEnd(`it is not certain that ${shownShape(target)} keeps rows apart`);
  return { ...withRows(target, { axis, before }), numbersRows: input.numbersRows, origin: input.origin };
}

function shownShape(shape: readonly Extent[]): string {
  return `the shape [${shape.map((size) => size.number ?? (size.countsRows ? 'rows' : '?')).join(', ')}]`;
}

const reshape: Rule = (step) => {
  const input = step.input(0);
  const asked = step.extentsOf(1);
  const allowsZero = step.int('allowzero', 0) === 1;
  const sizes = asked.map((size, axis) => {
    if (!size.is(0) || allowsZero) return size;
    const kept = dimsOf(input)[axis];
    if (kept === undefined) throw new ProofEnd('it keeps a dimension that is not there');
    return kept;
  });
  const inferred = sizes.findIndex((size) => size.is(-1));
  if (sizes.some((size) => !size.isSize && !size.is(-1)))
    throw new ProofEnd('its shape is not known to be one');
  if (inferred < 0) return [reshaped(input, sizes)];
  const others = Extent.product(sizes.filter((_, axis) => axis !== inferred));
  const all = input.dims && Extent.product(input.dims);
  const rest = all?.over(others) ?? null;
  if (rest === null && (input.rows || others.countsRows)) {
    // With the rows named elsewhere in the shape, what is left is left of each row.
    if (!others.isMultipleOfRows) throw new ProofEnd('how many rows its -1 stands for is not certain');
    return [reshaped(input, sizes.with(inferred, step.unknowns.fresh()))];
  }
  return [reshaped(input, sizes.with(inferred, rest ?? step.unknowns.fresh()))];
};

const flatten: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const asked = step.int('axis', 1);
  const axis = asked === dims.length ? asked : axisOf(asked, dims.length);
  if (input.padding !== null) {
    // Rows that are filled up stay so where each is one line already.
    const [rows, words] = [dims[0], dims.at(-1)];
    const areLines = axis === 1 && input.rows?.axis === 0 && dims.slice(1, -1).every((size) => size.is(1));
    if (!areLines || !rows || !words)
      throw new ProofEnd('its rows are filled up to the length of the longest');
    return [{ ...input, dims: [rows, words] }];
  }
  const sizes = [Extent.product(dims.slice(0, axis)), Extent.product(dims.slice(axis))];
  return [reshaped(input, sizes)];
};

const unsqueeze: Rule = (step) => {
  const input = step.input(0);
  const axes = step.numbers('axes', 1) ?? [];
  const rank = dimsOf(input).length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  const left = dimsOf(input).map((size, index) => ({ size, index }));
  const dims: Extent[] = [];
  let rows: RowAxis | null = null;
  for (let axis = 0; axis < rank; axis += 1) {
    const kept = added.has(axis) ? undefined : left.shift();
    if (kept && kept.index === input.rows?.axis) rows = { ...input.rows, axis };
    dims.push(kept?.size ?? Extent.ONE);
  }
  return [{ ...input, dims, rows }];
};

const squeeze: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const named = step.numbers('axes', 1);
  const asked = named?.length ? named : null;
  // Left out or none, whatever is 1 goes: a single row's own axis too.
  if (asked === null && input.rows) throw new ProofEnd('without axes it takes away the axis of a single row');
  if (asked === null && dims.some(({ number }) => number === null))
    throw new ProofEnd('its axes are not known');
  const gone = new Set(asked?.map((axis) => axisOf(axis, dims.length)) ?? dims.flatMap((size, axis) => (size.is(1) ? [axis] : []))); // prettier-ignore
  if (input.rows && gone.has(input.rows.axis)) throw new ProofEnd('it takes away the axis of the rows');
  const rows = input.rows && { ...input.rows, axis: input.rows.axis - [...gone].filter((axis) => axis < (input.rows?.axis ?? 0)).length }; // prettier-ignore
  return [{ ...input, dims: dims.filter((_, axis) => !gone.has(axis)), rows }];
};

const transpose: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const order = step.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  const sizes = order.map((axis) => dims[axis] ?? Extent.ONE);
  if (order.length !== dims.length || new Set(order).size !== dims.length || order.some((axis) => axis < 0 || axis >= dims.length))
    throw new ProofEnd('its perm does not fit what it is given'); // prettier-ignore
  return [
    input.rows ? withRows(sizes, { ...input.rows, axis: order.indexOf(input.rows.axis) }) : constant(sizes),
  ];
};

const expand: Rule = (step) => {
  const input = step.input(0);
  const target = step.extentsOf(1);
  if (target.some((size) => !size.isSize)) throw new ProofEnd('its shape is not known to be one');
  return [{ ...laidOverShape(input, target, step), numbersRows: input.numbersRows && input.rows !== null }];
};

/** The tensor repeated so that it has a shape of which each size is its own, or its own is 1. */
function laidOverShape(input: Followed, target: readonly Extent[], step: Step): Followed {
  const counting = target.flatMap((size, axis) => (size.countsRows ? [axis] : []));
  const [axis] = counting;
  if (axis === undefined) {
    const { dims, rows } = broadcast([input, { dims: target, rows: null }], step.unknowns);
    const own = input.dims?.length === 0 ? input.elements : null;
    const [first] = own?.values ?? [];
    const count = Extent.product(dims).number ?? Infinity;
    const elements =
      own && first && count <= MAX_ELEMENTS
        ? { values: Array.from({ length: count }, () => first), whole: own.whole }
        : null;
    return rows ? withRows(dims, rows) : constant(dims, elements);
  }
  const size = target[axis];
  if (counting.length > 1 || size?.isMultipleOfRows !== true)
    throw new ProofEnd('it makes more of the number of rows than rows');
  // Each row of an expanded axis is the same, however it is cut; where the tensor has rows there, they must lie alike.
  const own = dimsOf(input).length - target.length + axis;
  const before = input.rows?.axis === own ? input.rows.before : Extent.ONE;
  const { dims, rows } = broadcast([input, { dims: target, rows: { axis, before } }], step.unknowns);
  return withRows(dims, rows);
}

const constantOfShape: Rule = (step) => {
  const target = step.extentsOf(0);
  const value = step.attributes.get('value');
  const stored = value?.tensor;
  const known = stored === undefined ? 0 : (stored?.values?.[0] ?? null);
  const one = constant(
    [],
    known === null ? null : { values: [Extent.of(known)], whole: stored?.whole ?? false },
  );
  return [laidOverShape(one, target, step)];
};

const tile: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const repeats = step.extentsOf(1);
  let { rows } = input;
  const sizes = dims.map((size, axis) => {
    const times = repeats[axis];
    if (times === undefined || repeats.length !== dims.length) throw new ProofEnd('its repeats do not fit');
    if (times.countsRows) {
      if (rows || !times.isMultipleOfRows)
        throw new ProofEnd('it makes more of the number of rows than rows');
      if (times.over(Extent.ROWS) === null)
        throw new ProofEnd('it is not certain how often it repeats each row');
      // Copies of one thing: which of them belong to which row is free.
      rows = { axis, before: Extent.ONE };
    } else if (rows?.axis === axis) rows = { axis, before: rows.before.times(times) };
    return size.times(times);
  });
  return [rows ? withRows(sizes, rows) : constant(sizes)];
};

export const reshaping: Operators = {
  Reshape: { rule: reshape, sizes: [1], takesNumberedRows: true },
  Flatten: { rule: flatten, takesPadding: true },
  Unsqueeze: { rule: unsqueeze, takesNumberedRows: true },
  Squeeze: { rule: squeeze, takesNumberedRows: true },
  Transpose: transpose,
  Expand: { rule: expand, sizes: [1], takesNumberedRows: true },
  ConstantOfShape: { rule: constantOfShape, sizes: [0] },
  Tile: { rule: tile, sizes: [1] },
};
