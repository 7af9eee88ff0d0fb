import type { TensorNumbers, WholeGraph, WholeNode } from '../../onnx/index.js';
import { BOOL, INT64, type ValueFacts } from './tape.js';

const UNKNOWN: ValueFacts = { type: 0, rank: null, constant: null };
/** Larger constants are weights. */
const SMALL = 1_024;

/** Types and ranks of the values of a graph, as far as they do not depend on the request; in the order of its nodes. */
export function valueFacts(graph: WholeGraph, numbers: TensorNumbers): ReadonlyMap<string, ValueFacts> {
  const facts = new Map<string, ValueFacts>();
  const of = (name: string | undefined) => facts.get(name ?? '') ?? UNKNOWN;
  for (const { name, type, shape } of graph.inputs)
    facts.set(name, { type, rank: shape?.length ?? null, constant: null });
  for (const [name, tensor] of graph.initializers) facts.set(name, constantFacts(tensor, numbers));
  for (const node of graph.nodes) {
    const value = node.operator === 'Constant' ? constantNode(node, numbers) : null;
    const made = value ?? { type: typeOf(node, of), rank: rankOf(node, of), constant: null };
    for (const [place, name] of node.outputs.entries())
      facts.set(name, place > 0 && node.operator === 'MaxPool' ? { ...made, type: INT64 } : made);
  }
  return facts;
}

type Tensor = Parameters<TensorNumbers['of']>[0];

function constantFacts(tensor: Tensor, numbers: TensorNumbers): ValueFacts {
  const size = tensor.dims.reduce((product, extent) => product * extent, 1);
  const isSmall = size <= SMALL && tensor.layout !== 'opaque';
  const constant = isSmall ? { values: numbers.of(tensor), dims: tensor.dims } : null;
  return { type: tensor.type, rank: tensor.dims.length, constant };
}

function constantNode({ attributes }: WholeNode, numbers: TensorNumbers): ValueFacts {
  const { tensor } = attributes.get('value') ?? {};
  if (tensor) return constantFacts(tensor, numbers);
  const list = (values: ArrayLike<number>, type: number, isScalar: boolean): ValueFacts => ({
    type,
    rank: isScalar ? 0 : 1,
    constant: { values: Float64Array.from(values), dims: isScalar ? [] : [values.length] },
  });
  const [float, int] = [attributes.get('value_float')?.float, attributes.get('value_int')?.int];
  if (float != null) return list([float], 1, true);
  if (int != null) return list([int], INT64, true);
  const ints = attributes.get('value_ints')?.ints;
  if (ints) return list(ints, INT64, false);
  const floats = attributes.get('value_floats')?.floats;
  return floats ? list(floats, 1, false) : UNKNOWN;
}

type Of = (name: string | undefined) => ValueFacts;

function typeOf(node: WholeNode, of: Of): number {
  switch (node.operator) {
    case 'Cast':
      return node.attributes.get('to')?.int ?? 0;
    case 'Shape':
    case 'Size':
    case 'ArgMax':
    case 'ArgMin':
    case 'NonZero':
      return INT64;
    case 'Greater':
    case 'GreaterOrEqual':
    case 'Less':
    case 'LessOrEqual':
    case 'Equal':
    case 'Not':
    case 'And':
    case 'Or':
    case 'Xor':
    case 'IsNaN':
    case 'IsInf':
      return BOOL;
    case 'Where':
      return of(node.inputs[1]).type;
    case 'ConstantOfShape':
      return node.attributes.get('value')?.tensor?.type ?? 1;
    default:
      return of(node.inputs[0]).type;
  }
}

function rankOf(node: WholeNode, of: Of): number | null {
  const first = of(node.inputs[0]).rank;
  const lengthOf = (name: string | undefined) => of(name).constant?.values.length ?? null;
  switch (node.operator) {
    case 'Reshape':
    case 'Expand':
      return lengthOf(node.inputs[1]);
    case 'Flatten':
    case 'Gemm':
      return 2;
    case 'Shape':
      return 1;
    case 'Size':
      return 0;
    case 'Unsqueeze':
    case 'Squeeze': {
      const count = lengthOf(node.inputs[1]);
      if (first === null || count === null) return null;
      return node.operator === 'Squeeze' ? first - count : first + count;
    }
    case 'Gather': {
      const indices = of(node.inputs[1]).rank;
      return first === null || indices === null ? null : first + indices - 1;
    }
    case 'ReduceSum':
    case 'ReduceMean':
    case 'ReduceMax': {
      if ((node.attributes.get('keepdims')?.int ?? 1) === 1 || first === null) return first;
      const count = node.attributes.get('axes')?.ints.length ?? lengthOf(node.inputs[1]);
      return count === null ? null : first - count;
    }
    case 'MatMul':
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'Pow':
    case 'Sum':
    case 'Where': {
      const ranks = node.inputs.map((name) => of(name).rank);
      return ranks.some((rank) => rank === null) ? null : Math.max(...ranks.map((rank) => rank ?? 0));
    }
    default:
      return KEEPS_RANK.has(node.operator) ? first : null;
  }
}

const KEEPS_RANK: ReadonlySet<string> = new Set([
  'Identity', 'Dropout', 'Neg', 'Abs', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Sin', 'Cos', 'Erf', 'Sigmoid', 'Tanh', 'Softplus',
  'Gelu', 'Relu', 'LeakyRelu', 'Elu', 'Selu', 'Clip', 'Cast', 'Conv', 'BatchNormalization', 'LayerNormalization', 'Softmax',
  'LogSoftmax', 'Transpose', 'Concat', 'Split', 'Slice', 'Pad', 'GlobalAveragePool', 'GlobalMaxPool', 'MaxPool', 'AveragePool',
]); // prettier-ignore
