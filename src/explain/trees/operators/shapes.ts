import type { WholeNode } from '../../../onnx/index.js';
import { TreesNotReadable } from '../ensemble.js';
import type { GraphValue } from '../graph-value.js';
import type { Surroundings, TreeOperator } from '../tree-operator.js';

const same: TreeOperator = (_, [input]) => (input === undefined ? [] : [input]);

/** Rows stay along the first axis, all else becomes columns. */
const flatten: TreeOperator = (node, [input]) => {
  if ((node.attributes.get('axis')?.int ?? 1) !== 1)
    throw new TreesNotReadable('a Flatten joins rows with columns');
  return [ranked(input, 2)];
};

const reshape: TreeOperator = (_, [input, shape]) => {
  if (shape?.kind !== 'constant') throw new TreesNotReadable('a Reshape takes its shape from the inputs');
  const [first, ...rest] = shape.values;
  const count = sizeOf(input);
  if (rest.length === 0 && first === -1 && count === 1) return [ranked(input, 1)];
  const known = rest.reduce((product, size) => product * size, 1);
  const isRows = first === 0 || first === -1;
  if (!isRows || !(known === count || (first === 0 && rest.filter((size) => size === -1).length === 1)))
    throw new TreesNotReadable('a Reshape mixes rows');
  return [ranked(input, shape.values.length)];
};

/** Axes other than that of rows, of one element. */
const squeeze: TreeOperator = (node, [input, axes], surroundings) => {
  const list = axesOf(node, axes, surroundings);
  if (list === null || list.some((axis) => axis === 0)) throw new TreesNotReadable('a Squeeze takes rows away'); // prettier-ignore
  return [ranked(input, rankOf(input) - list.length)];
};

const unsqueeze: TreeOperator = (node, [input, axes], surroundings) => {
  const list = axesOf(node, axes, surroundings);
  if (list === null || list.some((axis) => axis === 0))
    throw new TreesNotReadable('an Unsqueeze puts an axis before the rows');
  return [ranked(input, rankOf(input) + list.length)];
};

export const shapeOperators: Readonly<Record<string, TreeOperator>> = {
  Identity: same,
  Dropout: same,
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
};

function axesOf(
  node: WholeNode,
  axes: GraphValue | undefined,
  { opset }: Surroundings,
): readonly number[] | null {
  if (opset < 13) return Array.from(node.attributes.get('axes')?.ints ?? []);
  return axes?.kind === 'constant' ? Array.from(axes.values) : null;
}

function rankOf(value: GraphValue | undefined): number {
  if (value?.kind === 'columns' || value?.kind === 'scores') return value.rank;
  return value?.kind === 'constant' ? value.dims.length : 0;
}

function sizeOf(value: GraphValue | undefined): number {
  if (value?.kind === 'columns') return value.columns.length;
  if (value?.kind === 'scores') return value.forms.length;
  return -1;
}

function ranked(value: GraphValue | undefined, rank: number): GraphValue {
  if (value?.kind === 'columns' || value?.kind === 'scores') return { ...value, rank };
  throw new TreesNotReadable('the shape of a constant is changed');
}
