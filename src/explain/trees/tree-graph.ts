import { readWholeGraph, TensorNumbers, type WholeGraph, type WholeNode } from '../../onnx/index.js';
import { TreesNotReadable } from './ensemble.js';
import { elementKind, unknown, type GraphValue, type Link } from './graph-value.js';
import { findOperator } from './operators/index.js';
import type { PlacedEnsemble, ScoreForm } from './scalar-forest.js';
import type { Surroundings } from './tree-operator.js';

/** Where the numbers of an input lie in a row; the sizes are those of one instance. */
export interface RowInput {
  readonly name: string;
  readonly from: number;
  readonly width: number;
}

/** A graph whose scores are sums of trees over its inputs. */
export interface TreeGraph {
  readonly ensembles: readonly PlacedEnsemble[];
  /** The elements of an output, per row. @throws TreesNotReadable for an output that is something else */
  output(name: string): { readonly forms: readonly ScoreForm[]; readonly link: Link };
}

/**
 * Follows a stored graph from its inputs, number by number, to its outputs. What stands around the trees is followed where
 * it is exact: casts, scalers, arithmetic with constants, joining and choosing of columns.
 *
 * @param inputs as rows are given
 * @throws TreesNotReadable; ModelProblem for a file that cannot be read
 */
export function followTreeGraph(
  files: {
    readonly path: string;
    readonly data?: readonly { readonly name: string; readonly path: string }[];
  },
  inputs: readonly RowInput[],
): TreeGraph {
  const graph = readWholeGraph(files.path);
  if (!graph.nodes.some(({ operator }) => operator.startsWith('TreeEnsemble')))
    throw new TreesNotReadable('its graph has no operator of trees');
  const numbers = new TensorNumbers(files);
  try {
    return follow(graph, numbers, inputs);
  } finally {
    numbers.close();
  }
}

function follow(graph: WholeGraph, numbers: TensorNumbers, inputs: readonly RowInput[]): TreeGraph {
  const surroundings: Surroundings = { numbers, ensembles: [], opset: graph.opsets.get('') ?? 1 };
  const values = new Map<string, GraphValue>();
  for (const [name, tensor] of graph.initializers)
    values.set(name, { kind: 'constant', values: constantOf(numbers, tensor), dims: tensor.dims, type: elementKind(tensor.type) }); // prettier-ignore
  for (const declared of graph.inputs) {
    const input = inputs.find(({ name }) => name === declared.name);
    if (input === undefined) continue;
    values.set(declared.name, {
      kind: 'columns',
      columns: Array.from({ length: input.width }, (_, at) => ({
        from: input.from + at,
        steps: [],
        value: 0,
      })),
      rank: declared.shape?.length ?? 0,
      type: elementKind(declared.type),
    });
  }
  for (const node of graph.nodes) for (const [name, value] of results(node, values, surroundings)) values.set(name, value); // prettier-ignore
  return {
    ensembles: surroundings.ensembles,
    output: (name) => {
      const value = values.get(name);
      if (value?.kind === 'scores') return value;
      throw new TreesNotReadable(
        value?.kind === 'unknown'
          ? value.why
          : `output ${JSON.stringify(name)} is not made of scores of trees`,
      );
    },
  };
}

function constantOf(numbers: TensorNumbers, tensor: Parameters<TensorNumbers['of']>[0]): Float64Array {
  // Text has no numbers: an operator that needs them says what it lacks.
  return tensor.type === STRING ? new Float64Array(0) : numbers.of(tensor);
}

/** TensorProto.DataType */
const STRING = 8;

function results(
  node: WholeNode,
  values: ReadonlyMap<string, GraphValue>,
  surroundings: Surroundings,
): [string, GraphValue][] {
  const inputs = node.inputs.map((name) => values.get(name) ?? unknown(`${shown(node)} reads nothing`));
  const blocked = inputs.find((value) => value.kind === 'unknown');
  if (blocked !== undefined) return node.outputs.map((name) => [name, blocked]);
  const operator = findOperator(node);
  if (operator === undefined) {
    const why = `operator ${shown(node)} stands between the inputs and the answer`;
    return node.outputs.map((name) => [name, unknown(why)]);
  }
  let made: readonly GraphValue[];
  try {
    made = operator(node, inputs, surroundings);
  } catch (error) {
    if (!(error instanceof TreesNotReadable)) throw error;
    made = node.outputs.map(() => unknown(error.message));
  }
  return node.outputs.map((name, at) => [name, made[at] ?? unknown(`${shown(node)} has no such output`)]);
}

function shown({ operator, domain }: WholeNode): string {
  return domain === '' ? operator : `${domain}.${operator}`;
}
