import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, isRowAxis, mustBeConstant, type Operators, type Rule } from '../step.js';
import { constant, MAX_ELEMENTS, withRows, type Elements, type Followed } from '../value.js';

/** An end that is beyond every size that fits into memory: exporters write "to the end" so. */
const BEYOND = 1_000_000_000;

/** A tensor with one axis of another size, and the rows where they were. */
function resized(input: Followed, axis: number, size: Extent): Followed {
  const dims = dimsOf(input).with(axis, size);
  return input.rows ? withRows(dims, input.rows) : constant(dims);
}

const slice: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const starts = step.ints('starts')?.map((value) => Extent.of(value)) ?? step.extentsOf(1);
  const ends = step.ints('ends')?.map((value) => Extent.of(value)) ?? step.extentsOf(2);
  const axes = step.numbers('axes', 3) ?? starts.map((_, index) => index);
  const steps = step.has(4) ? step.numbersOf(4) : axes.map(() => 1);
  const sizes = [...dims];
  for (const [index, asked] of axes.entries()) {
    const axis = axisOf(asked, dims.length);
    const [start, end, by] = [starts[index], ends[index], steps[index]];
    const size = dims[axis];
    if (!start || !end || by === undefined || !size)
      throw new ProofEnd('its starts, ends and steps do not fit');
    const isWhole = start.is(0) && by === 1 && (end.equals(size) || (end.number ?? 0) >= BEYOND);
    if (isWhole) continue;
    if (isRowAxis(input, axis)) throw new ProofEnd('it takes some of the rows, or parts of them');
    if (start.countsRows || end.countsRows) throw new ProofEnd('the number of rows decides what it takes');
    sizes[axis] = sliceSize(size, start, end, by) ?? step.unknowns.computedFrom(`slice ${by}`, [size, start, end], true); // prettier-ignore
  }
  if (input.rows) return [withRows(sizes, input.rows)];
  return [constant(sizes, slicedElements(input, dims, starts, ends, steps))];
};

function sliceSize(size: Extent, start: Extent, end: Extent, by: number): Extent | null {
  const [from, to] = [start.number, end.number];
  if (from === null || to === null) return null;
  if (size.number !== null) {
    const [first, last] = bounds(size.number, from, to, by);
    return Extent.of(Math.max(0, Math.ceil((last - first) / by)));
  }
  return null;
}

function bounds(size: number, from: number, to: number, by: number): [number, number] {
  const place = (at: number) => (at < 0 ? at + size : at);
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at, low), high);
  return by > 0
    ? [clamp(place(from), 0, size), clamp(place(to), 0, size)]
    : [clamp(place(from), 0, size - 1), clamp(place(to), -1, size - 1)];
}

/** Of a vector: shapes are cut so. */
function slicedElements(
  { elements }: Followed,
  dims: readonly Extent[],
  starts: readonly Extent[],
  ends: readonly Extent[],
  steps: readonly number[],
): Elements | null {
  const size = dims[0]?.number;
  const [from, to, by] = [starts[0]?.number, ends[0]?.number, steps[0]];
  if (!elements || dims.length !== 1 || starts.length !== 1 || size == null || from == null || to == null || !by) return null; // prettier-ignore
  const [first, last] = bounds(size, from, to, by);
  const values: Extent[] = [];
  for (let at = first; by > 0 ? at < last : at > last; at += by)
    values.push(elements.values[at] ?? Extent.of(0));
  return { values, whole: elements.whole };
}

const split: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const axis = axisOf(step.int('axis', 0), dims.length);
  if (isRowAxis(input, axis)) throw new ProofEnd('it divides the rows');
  const { outputs } = step.node;
  const size = dims[axis] ?? Extent.ONE;
  const given = step.ints('split') ?? (step.has(1) ? step.numbersOf(1) : null);
  const parts = given ?? evenParts(size.number, outputs.length);
  let from = 0;
  return outputs.map((_, index) => {
    const part = parts?.[index];
    const here = resized(input, axis, part === undefined ? size.over(Extent.of(outputs.length)) ?? step.unknowns.fresh() : Extent.of(part)); // prettier-ignore
    const elements = dims.length === 1 && part !== undefined && input.elements ? { values: input.elements.values.slice(from, from + part), whole: input.elements.whole } : null; // prettier-ignore
    from += part ?? 0;
    return { ...here, elements };
  });
};

/** The last part is the smaller one. */
function evenParts(size: number | null, count: number): number[] | null {
  if (size === null) return null;
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, index) => Math.max(0, Math.min(part, size - index * part)));
}

const concat: Rule = (step) => {
  const given = step.given;
  const [first] = given;
  if (!first) throw new ProofEnd('it is given nothing');
  const rank = dimsOf(first).length;
  const axis = axisOf(step.int('axis', 1), rank);
  const rows = given.find((value) => value.rows)?.rows ?? null;
  let before = Extent.of(0);
  for (const value of given) {
    const dims = dimsOf(value);
    if (dims.length !== rank) throw new ProofEnd('its inputs have different numbers of dimensions');
    if (!rows) continue;
    const own = value.rows;
    if (!own) throw new ProofEnd('rows are laid beside what is no row of its own');
    if (own.axis !== rows.axis) throw new ProofEnd('rows lie along different axes');
    const part = dims[rows.axis]?.over(own.before);
    const firstPart = dimsOf(first)[rows.axis]?.over((first.rows ?? rows).before);
    if (!part || !firstPart?.equals(part))
      throw new ProofEnd('rows that are cut differently are laid side by side');
    if (axis !== rows.axis && !own.before.equals(rows.before)) throw new ProofEnd('rows that are cut differently are laid side by side'); // prettier-ignore
    before = step.unknowns.sum(before, own.before);
  }
  const sizes = dimsOf(first).map((size, index) => {
    if (index === axis) return given.map((value) => dimsOf(value)[axis] ?? Extent.ONE).reduce((a, b) => step.unknowns.sum(a, b)); // prettier-ignore
    return given.map((value) => dimsOf(value)[index] ?? size).find(({ number }) => number !== null) ?? size;
  });
  if (!rows) {
    const all = given.map(({ elements }) => elements);
    const values = all.flatMap((elements) => elements?.values ?? []);
    const known = rank === 1 && !all.includes(null) && values.length <= MAX_ELEMENTS;
    return [constant(sizes, known ? { values, whole: all.every((elements) => elements?.whole) } : null)];
  }
  if (axis !== rows.axis) return [withRows(sizes, rows)];
  // Block after block: each input has its part of every row.
  const own = dimsOf(first)[axis]?.over((first.rows ?? rows).before);
  const size = own?.times(before);
  if (!size?.isMultipleOfRows) throw new ProofEnd('how many rows it gives is not certain');
  return [withRows(sizes.with(axis, size), { axis, before })];
};

const pad: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const amounts = step.ints('pads')?.map((value) => Extent.of(value)) ?? step.extentsOf(1);
  const axes = step.has(3) ? step.numbersOf(3).map((axis) => axisOf(axis, dims.length)) : dims.map((_, axis) => axis); // prettier-ignore
  mustBeConstant(step.inputs[2], 'what it pads with');
  const sizes = [...dims];
  for (const [index, axis] of axes.entries()) {
    const [ahead, behind] = [amounts[index], amounts[index + axes.length]];
    if (!ahead || !behind) throw new ProofEnd('its pads do not fit');
    if (ahead.is(0) && behind.is(0)) continue;
    if (isRowAxis(input, axis)) throw new ProofEnd('it adds to the rows');
    if (ahead.countsRows || behind.countsRows) throw new ProofEnd('the number of rows decides what it adds');
    sizes[axis] = step.unknowns.sum(step.unknowns.sum(sizes[axis] ?? Extent.ONE, ahead), behind);
  }
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

/** What a mask that is the same for all leaves. */
const compress: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  mustBeConstant(step.inputs[1], 'what it leaves');
  if (!step.attributes.has('axis')) throw new ProofEnd('it takes all rows together');
  const axis = axisOf(step.int('axis', 0), dims.length);
  if (isRowAxis(input, axis)) throw new ProofEnd('it takes some of the rows, or parts of them');
  return [resized(input, axis, step.unknowns.fresh())];
};

const centerCropPad: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const target = step.extentsOf(1);
  const axes = (step.ints('axes') ?? dims.map((_, axis) => axis)).map((axis) => axisOf(axis, dims.length));
  const sizes = [...dims];
  for (const [index, axis] of axes.entries()) {
    const size = target[index];
    if (!size) throw new ProofEnd('its shape does not fit');
    if (isRowAxis(input, axis) && !size.equals(dims[axis] ?? Extent.ONE)) throw new ProofEnd('it cuts or adds to the rows'); // prettier-ignore
    if (!isRowAxis(input, axis) && size.countsRows) throw new ProofEnd('the number of rows decides what it cuts or adds'); // prettier-ignore
    sizes[axis] = size;
  }
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

export const slicing: Operators = {
  Slice: { rule: slice, sizes: [1, 2, 3, 4] },
  Split: { rule: split, sizes: [1] },
  Compress: compress,
  Concat: concat,
  Pad: { rule: pad, sizes: [1] },
  'com.microsoft.Pad': { rule: pad, sizes: [1] },
  CenterCropPad: { rule: centerCropPad, sizes: [1] },
};
