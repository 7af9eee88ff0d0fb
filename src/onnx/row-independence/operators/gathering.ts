import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, isRowAxis, mustBeConstant, type Operators, type Rule } from '../step.js'; // prettier-ignore
import { constant, isOutermost, withRows, type Elements, type Followed } from '../value.js';

const gather: Rule = (step) => {
  const [data, indices] = [step.input(0), step.input(1)];
  const [dims, places] = [dimsOf(data), dimsOf(indices)];
  const axis = axisOf(step.int('axis', 0), dims.length);
  const sizes = [...dims.slice(0, axis), ...places, ...dims.slice(axis + 1)];
  const lines = dims[axis]?.number;
  if (indices.origin !== null && !data.rows && lines != null) step.looksUp(indices.origin, lines);
  if (data.rows && indices.rows) throw new ProofEnd('every row meets every other: all look into all');
  if (indices.rows) return [withRows(sizes, { ...indices.rows, axis: axis + indices.rows.axis })];
  if (data.rows) {
    if (data.rows.axis === axis) throw new ProofEnd('it takes some of the rows, or parts of them');
    const moved = data.rows.axis < axis ? data.rows.axis : data.rows.axis + places.length - 1;
    return [withRows(sizes, { ...data.rows, axis: moved })];
  }
  return [constant(sizes, gathered(data, indices))];
};

/** Out of a vector: single sizes are taken out of shapes so. */
function gathered({ elements, dims }: Followed, indices: Followed): Elements | null {
  if (!elements || !indices.elements || dims?.length !== 1) return null;
  const { values } = elements;
  const taken = indices.elements.values.map(({ number }) =>
    number === null ? undefined : values.at(number),
  );
  return taken.includes(undefined) ? null : { values: taken as Extent[], whole: elements.whole };
}

/** Data, indices and updates element by element: what rows they have must lie alike, each row within itself. */
function alongside(inputs: readonly Followed[], axis: number): Followed {
  const [data, indices] = inputs as [Followed, Followed];
  const rows = inputs.find((input) => input.rows)?.rows;
  const sizes = dimsOf(indices);
  if (!rows) return constant(sizes);
  if (axis === rows.axis && inputs.length === 2 && !data.rows && dimsOf(data).length === sizes.length) {
    // Looked up in a table: the place of an element among the rows says nothing.
    return withRows(sizes, rows);
  }
  const size = dimsOf(data)[rows.axis];
  for (const input of inputs) {
    const own = input.rows;
    if (own?.axis !== rows.axis || !own.before.equals(rows.before) || !size || !dimsOf(input)[rows.axis]?.equals(size))
      throw new ProofEnd('rows are looked up in what is not their own'); // prettier-ignore
  }
  if (axis === rows.axis) throw new ProofEnd('rows are looked up among rows');
  return withRows(sizes, rows);
}

const gatherElements: Rule = (step) => {
  const inputs = [step.input(0), step.input(1)];
  return [alongside(inputs, axisOf(step.int('axis', 0), dimsOf(step.input(0)).length))];
};

const scatterElements: Rule = (step) => {
  const data = step.input(0);
  const inputs = [data, step.input(1), step.input(2)];
  const axis = axisOf(step.int('axis', 0), dimsOf(data).length);
  const { rows } = alongside(inputs, axis);
  return [rows ? withRows(dimsOf(data), rows) : constant(data.dims)];
};

const gatherND: Rule = (step) => {
  const [data, indices] = [step.input(0), step.input(1)];
  const [dims, places] = [dimsOf(data), dimsOf(indices)];
  const batch = step.int('batch_dims', 0);
  const depth = places.at(-1)?.number;
  if (depth == null) throw new ProofEnd('how deep it looks is not known beforehand');
  const sizes = [...places.slice(0, -1), ...dims.slice(batch + depth)];
  if (!data.rows && !indices.rows) return [constant(sizes)];
  if (indices.rows?.axis === places.length - 1) throw new ProofEnd('its indices are cut across the rows');
  if (data.rows && indices.rows) {
    const { axis, before } = data.rows;
    const alike = indices.rows.axis === axis && indices.rows.before.equals(before) && places[axis]?.equals(dims[axis] ?? Extent.ONE); // prettier-ignore
    if (!alike || axis >= batch) throw new ProofEnd('rows are looked up among rows');
    return [withRows(sizes, data.rows)];
  }
  if (batch > 0) throw new ProofEnd('rows are looked up in what is not their own');
  if (indices.rows) return [withRows(sizes, indices.rows)];
  const axis = data.rows?.axis ?? 0;
  if (axis < depth || !data.rows) throw new ProofEnd('it takes some of the rows, or parts of them');
  return [withRows(sizes, { ...data.rows, axis: places.length - 1 + axis - depth })];
};

const scatterND: Rule = (step) => {
  const [data, indices, updates] = [step.input(0), step.input(1), step.input(2)];
  const [dims, places, news] = [dimsOf(data), dimsOf(indices), dimsOf(updates)];
  if (!data.rows && !indices.rows && !updates.rows) return [constant(dims)];
  mustBeConstant(indices, 'where it writes');
  const depth = places.at(-1)?.number;
  if (depth == null || !data.rows || !updates.rows || data.rows.axis < depth)
    throw new ProofEnd('it writes into some of the rows');
  const moved = places.length - 1 + data.rows.axis - depth;
  const size = dims[data.rows.axis];
  if (updates.rows.axis !== moved || !updates.rows.before.equals(data.rows.before) || !size || !news[moved]?.equals(size))
    throw new ProofEnd('it writes rows into what is not their own'); // prettier-ignore
  return [withRows(dims, data.rows)];
};

const oneHot: Rule = (step) => {
  const indices = step.input(0);
  const dims = dimsOf(indices);
  mustBeConstant(step.inputs[1], 'its depth');
  mustBeConstant(step.inputs[2], 'its values');
  const axis = axisOf(step.int('axis', -1), dims.length + 1);
  const depth = step.input(1).elements?.values[0] ?? step.unknowns.fresh();
  if (depth.countsRows) throw new ProofEnd('its depth is the number of rows');
  const sizes = [...dims.slice(0, axis), depth, ...dims.slice(axis)];
  const { rows } = indices;
  return [rows ? withRows(sizes, { ...rows, axis: rows.axis < axis ? rows.axis : rows.axis + 1 }) : constant(sizes)]; // prettier-ignore
};

const topK: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const axis = axisOf(step.int('axis', -1), dims.length);
  if (isRowAxis(input, axis)) throw new ProofEnd('it ranks rows among each other');
  mustBeConstant(step.inputs[1], 'how many it takes');
  const count = step.has(1)
    ? (step.input(1).elements?.values[0] ?? step.unknowns.fresh())
    : step.unknowns.fresh();
  if (count.countsRows) throw new ProofEnd('it takes as many as there are rows');
  const sizes = dims.with(axis, count);
  return step.node.outputs.map(() => (input.rows ? withRows(sizes, input.rows) : constant(sizes)));
};

const reverseSequence: Rule = (step) => {
  const [input, lengths] = [step.input(0), step.input(1)];
  const [batch, time] = [step.int('batch_axis', 1), step.int('time_axis', 0)];
  const dims = dimsOf(input);
  if (input.rows?.axis === time) throw new ProofEnd('it turns the rows around');
  if (lengths.rows ? lengths.rows.axis !== 0 || !isOutermost(lengths.rows) : input.rows?.axis === batch)
    throw new ProofEnd('the lengths of its sequences are not those of the rows');
  if (!input.rows) {
    if (lengths.rows) throw new ProofEnd('the lengths of its sequences are not those of the rows');
    return [constant(dims)];
  }
  if (lengths.rows && (input.rows.axis !== batch || !isOutermost(input.rows) || !dimsOf(lengths)[0]?.equals(dims[batch] ?? Extent.ONE)))
    throw new ProofEnd('the lengths of its sequences are not those of the rows'); // prettier-ignore
  return [withRows(dims, input.rows)];
};

export const gathering: Operators = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  'com.microsoft.GatherND': gatherND,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  ScatterND: scatterND,
  OneHot: { rule: oneHot, sizes: [1] },
  TopK: topK,
  ReverseSequence: reverseSequence,
};
