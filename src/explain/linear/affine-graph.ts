import type { WholeAttribute, WholeGraph, WholeNode } from '../../onnx/index.js';

/** What a value of a graph is of the graph's inputs: the same for all, a linear part of them and a constant, or something else. */
type Kind = 'constant' | 'affine' | 'other';

/** TensorProto.DataType of float32 and float64: other casts round. */
const EXACT_CASTS = new Set([1, 11]);

/**
 * Why an output is not linear in the inputs, as its operators are; null when it is. Weights are not looked at: what is linear only by
 * its numbers, such as a Relu that never cuts, is not found.
 */
export function whyNotAffine(graph: WholeGraph, output: string): string | null {
  const kinds = new Map<string, Kind>();
  const blockers = new Map<string, string>();
  for (const name of graph.initializers.keys()) kinds.set(name, 'constant');
  // A default that callers may replace is an input.
  for (const { name } of graph.inputs) kinds.set(name, 'affine');
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? 'constant' : (kinds.get(name) ?? 'other')));
    const earlier = node.inputs.map((name) => blockers.get(name)).find((why) => why !== undefined);
    const kind = earlier === undefined ? kindOf(node, inputs) : 'other';
    for (const name of node.outputs) {
      kinds.set(name, kind);
      if (kind === 'other')
        blockers.set(name, earlier ?? `operator ${shown(node)} is not linear in its input`);
    }
  }
  switch (kinds.get(output)) {
    case 'affine':
    case 'constant':
      return null;
    default:
      return blockers.get(output) ?? `nothing makes output ${JSON.stringify(output)}`;
  }
}

function kindOf(node: WholeNode, inputs: readonly Kind[]): Kind {
  if ([...node.attributes.values()].some(({ isGraph }) => isGraph)) return 'other';
  const [first = 'constant', ...rest] = inputs;
  const isConstantBehind = rest.every((kind) => kind === 'constant');
  switch (shown(node)) {
    case 'Add':
    case 'Sub':
    case 'Sum':
    case 'Concat':
    case 'Mean':
      return highest(inputs);
    case 'Mul':
    case 'MatMul':
      return inputs.filter((kind) => kind !== 'constant').length <= 1 ? highest(inputs) : 'other';
    case 'Gemm':
      return inputs.slice(0, 2).filter((kind) => kind !== 'constant').length <= 1 ? highest(inputs) : 'other';
    // What the first input holds is moved about, added up or scaled; the others say how.
    case 'Div':
    case 'Conv':
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Transpose':
    case 'Slice':
    case 'Gather':
    case 'Split':
    case 'Expand':
    case 'Tile':
    case 'ReduceSum':
    case 'ReduceMean':
    case 'Identity':
    case 'Neg':
    case 'GlobalAveragePool':
    case 'ai.onnx.ml.Scaler':
      return isConstantBehind ? first : 'other';
    case 'Cast':
      return first === 'constant' || EXACT_CASTS.has(node.attributes.get('to')?.int ?? 0) ? first : 'other';
    case 'ai.onnx.ml.LinearRegressor':
      return isPlain(node.attributes.get('post_transform')) ? first : 'other';
    case 'Constant':
    case 'ConstantOfShape':
      return highest(inputs);
    // Shapes are the same for every instance that is laid beside another.
    case 'Shape':
    case 'Size':
      return 'constant';
    default:
      return inputs.length > 0 && highest(inputs) === 'constant' && !isRandom(node) ? 'constant' : 'other';
  }
}

function highest(kinds: readonly Kind[]): Kind {
  if (kinds.includes('other')) return 'other';
  return kinds.includes('affine') ? 'affine' : 'constant';
}

function isPlain(transform: WholeAttribute | undefined): boolean {
  return transform?.text == null || transform.text === 'NONE';
}

function isRandom({ operator }: WholeNode): boolean {
  return /^(Random|Bernoulli|Multinomial)/u.test(operator);
}

function shown({ operator, domain }: WholeNode): string {
  return domain === '' ? operator : `${domain}.${operator}`;
}
