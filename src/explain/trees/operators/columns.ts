import type { WholeNode } from '../../../onnx/index.js';
import type { Column, ColumnStep } from '../column.js';
import { TreesNotReadable } from '../ensemble.js';
import { elementKind, type ElementKind, type GraphValue } from '../graph-value.js';
import type { TreeOperator } from '../tree-operator.js';

const cast: TreeOperator = (node, [input]) => {
  const type = elementKind(node.attributes.get('to')?.int ?? 0);
  if (input?.kind === 'scores') {
    if (type === 'float32' || type === 'float64') return [input];
    throw new TreesNotReadable('its scores are cast to a type that rounds them');
  }
  if (input?.kind === 'constant') return [{ ...input, values: rounded(input.values, type), type }];
  if (input?.kind !== 'columns') return [];
  return [{ ...input, columns: withStep(input.columns, () => castStep(type)), type }];
};

/** (x − offset) · scale, in float32. */
const scaler: TreeOperator = (node, [input]) => {
  if (input?.kind !== 'columns') throw new TreesNotReadable('a Scaler reads something else than columns');
  const offset = node.attributes.get('offset')?.floats ?? new Float32Array(0);
  const scale = node.attributes.get('scale')?.floats ?? new Float32Array(0);
  const at = (list: Float32Array, place: number) => list[list.length === 1 ? 0 : place] ?? 0;
  const columns = input.columns.map((column, place): Column => ({
    ...column,
    steps: [
      ...column.steps,
      { kind: 'cast', to: 'float32' },
      { kind: 'arithmetic', operator: 'subtract', by: at(offset, place), isRight: false, isDouble: false },
      { kind: 'arithmetic', operator: 'multiply', by: at(scale, place), isRight: false, isDouble: false },
    ],
  }));
  return [{ ...input, columns, type: 'float32' }];
};

const imputer: TreeOperator = (node, [input]) => {
  if (input?.kind !== 'columns') throw new TreesNotReadable('an Imputer reads something else than columns');
  const isWhole = input.type === 'whole';
  const values = node.attributes.get(isWhole ? 'imputed_value_int64s' : 'imputed_value_floats');
  const list: ArrayLike<number> = (isWhole ? values?.ints : values?.floats) ?? [];
  const missing = node.attributes.get(isWhole ? 'replaced_value_int64' : 'replaced_value_float');
  const replaced = (isWhole ? missing?.int : missing?.float) ?? 0;
  return [
    {
      ...input,
      columns: withStep(input.columns, (place) => ({ kind: 'replace', missing: replaced, with: list[list.length === 1 ? 0 : place] ?? 0 })), // prettier-ignore
    },
  ];
};

/** Along the axis of columns. */
const concat: TreeOperator = (node, inputs) => {
  const axis = node.attributes.get('axis')?.int ?? 1;
  return [joined(node, inputs, (rank) => axis === 1 || axis === rank - 1 || axis === -1)];
};

const featureVectorizer: TreeOperator = (node, inputs) => {
  const value = joined(node, inputs, () => true);
  if (value.kind !== 'columns') return [value];
  return [{ ...value, columns: withStep(value.columns, () => ({ kind: 'cast', to: 'float32' })), type: 'float32' }]; // prettier-ignore
};

const gather: TreeOperator = (node, [input, indices]) => {
  const axis = node.attributes.get('axis')?.int ?? 0;
  if (axis !== 1 && axis !== -1) throw new TreesNotReadable('a Gather chooses among rows');
  return [chosen(input, indices)];
};

const arrayFeatureExtractor: TreeOperator = (_, [input, indices]) => [chosen(input, indices)];

const constantNode: TreeOperator = (node, _, { numbers }) => {
  const { tensor } = node.attributes.get('value') ?? {};
  if (tensor) return [{ kind: 'constant', values: numbers.of(tensor), dims: tensor.dims, type: elementKind(tensor.type) }]; // prettier-ignore
  const list = node.attributes.get('value_floats')?.floats ?? node.attributes.get('value_ints')?.ints;
  const single = node.attributes.get('value_float')?.float ?? node.attributes.get('value_int')?.int ?? null;
  const type = node.attributes.has('value_floats') || node.attributes.has('value_float') ? 'float32' : 'whole'; // prettier-ignore
  if (list) return [{ kind: 'constant', values: Float64Array.from(list), dims: [list.length], type }];
  if (single !== null) return [{ kind: 'constant', values: Float64Array.of(single), dims: [], type }];
  throw new TreesNotReadable('a Constant holds no numbers');
};

export const columnOperators: Readonly<Record<string, TreeOperator>> = {
  Cast: cast,
  Concat: concat,
  Gather: gather,
  Constant: constantNode,
  'ai.onnx.ml.Scaler': scaler,
  'ai.onnx.ml.Imputer': imputer,
  'ai.onnx.ml.FeatureVectorizer': featureVectorizer,
  'ai.onnx.ml.ArrayFeatureExtractor': arrayFeatureExtractor,
};

function joined(
  node: WholeNode,
  inputs: readonly GraphValue[],
  isColumns: (rank: number) => boolean,
): GraphValue {
  const [first] = inputs;
  if (first?.kind === 'constant')
    throw new TreesNotReadable(`a ${node.operator} joins constants with columns`);
  if (first === undefined || first.kind === 'unknown')
    throw new TreesNotReadable(`a ${node.operator} joins nothing`);
  if (first.rank !== 2 || !isColumns(first.rank))
    throw new TreesNotReadable(`a ${node.operator} joins along another axis than columns`);
  if (first.kind === 'columns') {
    const columns = inputs.flatMap((value) => (value.kind === 'columns' && value.rank === 2 ? [value] : []));
    if (columns.length === inputs.length)
      return { ...first, columns: columns.flatMap((value) => value.columns) };
  } else {
    const scores = inputs.flatMap((value) => (value.kind === 'scores' && value.rank === 2 ? [value] : []));
    if (
      scores.length === inputs.length &&
      scores.every(({ link }) => link === first.link && link !== 'SOFTMAX')
    )
      return { ...first, forms: scores.flatMap(({ forms }) => forms) };
  }
  throw new TreesNotReadable(`a ${node.operator} joins values of different kinds`);
}

function chosen(input: GraphValue | undefined, indices: GraphValue | undefined): GraphValue {
  if (
    indices?.kind !== 'constant' ||
    (input?.kind !== 'columns' && input?.kind !== 'scores') ||
    input.rank !== 2
  )
    // prettier-ignore
    throw new TreesNotReadable('columns are chosen by something else than constants');
  if (indices.dims.length > 1 && indices.values.length !== indices.dims.at(-1))
    throw new TreesNotReadable('columns are chosen by a table of indices');
  // A scalar index takes the axis away.
  const rank = indices.dims.length === 0 ? 1 : 2;
  const pick = <Item>(list: readonly Item[]): Item[] =>
    Array.from(indices.values, (index) => {
      const item = list[index < 0 ? list.length + index : index];
      if (item === undefined) throw new TreesNotReadable(`column ${index} of ${list.length} is chosen`);
      return item;
    });
  if (input.kind === 'columns') return { ...input, columns: pick(input.columns), rank };
  if (input.link === 'SOFTMAX' && rank === 2 && indices.values.length > 1)
    throw new TreesNotReadable('classes are chosen after a softmax over all of them');
  return { ...input, forms: pick(input.forms), rank };
}

function withStep(columns: readonly Column[], step: (place: number) => ColumnStep): Column[] {
  return columns.map((column, place) => ({ ...column, steps: [...column.steps, step(place)] }));
}

function castStep(type: ElementKind): ColumnStep {
  if (type === 'other') throw new TreesNotReadable('its inputs are cast to a type that trees do not compare');
  return { kind: 'cast', to: type };
}

function rounded(values: Float64Array, type: ElementKind): Float64Array {
  if (type === 'float32') return values.map(Math.fround);
  return type === 'whole' ? values.map(Math.trunc) : values;
}
