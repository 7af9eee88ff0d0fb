import {
  appendToGraph,
  readWholeGraph,
  TensorNumbers,
  type WholeGraph,
  type WholeNode,
} from '../../onnx/index.js';
import { NoGradientGraph } from './gradient-refusal.js';
import { FLAT, gradientRules } from './rules/index.js';
import { Tape, type ValueFacts } from './tape.js';
import { valueFacts } from './value-facts.js';

/** From here on reductions and choices take their axes as inputs. */
const LEAST_OPSET = 13;

export interface GradientWish {
  readonly path: string;
  readonly data: readonly { readonly name: string; readonly path: string }[];
  /** Where the gradient graph is written. */
  readonly target: string;
  readonly output: string;
  /** Within one row of the output. */
  readonly element: number;
  /** Whether the first axis of the output is that of rows; the gradient is of the sum over them. */
  readonly isStacked: boolean;
  readonly inputs: readonly string[];
}

/** The output of a gradient graph with the gradient by its input number `place`. */
export function gradientOutput(place: number): string {
  return `retort_gradient_by_${place}`;
}

/**
 * Writes a graph that also answers the gradient of one number of an output by every input, in reverse mode: behind the nodes
 * of the graph come those that lead back. Nothing else of the file changes. Synchronous: for a child process.
 * @returns the SHA-256 of the file
 * @throws NoGradientGraph with the operator that has no gradient here; ModelProblem
 */
export function writeGradientGraph(wish: GradientWish): string {
  const graph = readWholeGraph(wish.path);
  if ((graph.opsets.get('') ?? 1) < LEAST_OPSET)
    throw new NoGradientGraph(`the graph is written for operator set ${graph.opsets.get('') ?? 1}, and gradients need ${LEAST_OPSET}`); // prettier-ignore
  const numbers = new TensorNumbers(wish);
  try {
    const facts = valueFacts(graph, numbers);
    const tape = reverse(graph, facts, wish);
    const outputs = wish.inputs.map((name, place) => ({ name: gradientOutput(place), type: facts.get(name)?.type ?? 1 })); // prettier-ignore
    return appendToGraph(wish.path, wish.target, { nodes: tape.nodes, constants: tape.constants, outputs });
  } finally {
    numbers.close();
  }
}

function reverse(graph: WholeGraph, facts: ReadonlyMap<string, ValueFacts>, wish: GradientWish): Tape {
  const unknown: ValueFacts = { type: 0, rank: null, constant: null };
  const tape = new Tape((name) => facts.has(name), graph.opsets.get('') ?? 1, (name) => facts.get(name) ?? unknown); // prettier-ignore
  const active = activeValues(graph, facts, wish.inputs);
  const parts = new Map<string, string[]>();
  const total = (name: string): string | null => {
    const all = parts.get(name) ?? [];
    return all.length > 1 ? tape.node('Sum', all) : (all[0] ?? null);
  };
  if (active.has(wish.output)) parts.set(wish.output, [seed(tape, wish)]);
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => active.has(name) && parts.has(name))) continue;
    const gradients = node.outputs.map(total);
    const isActive = (place: number) => active.has(node.inputs[place] ?? '');
    const found = ruleOf(node)({ tape, node, gradients, isActive });
    for (const [place, gradient] of Object.entries(found)) {
      const name = node.inputs[Number(place)] ?? '';
      if (active.has(name)) parts.set(name, [...(parts.get(name) ?? []), gradient]);
    }
  }
  for (const [place, name] of wish.inputs.entries())
    tape.named('Identity', [total(name) ?? tape.zeros(name)], gradientOutput(place));
  return tape;
}

function ruleOf(node: WholeNode) {
  const rule = node.domain === '' ? gradientRules[node.operator] : undefined;
  if (rule !== undefined) return rule;
  const shown = node.domain === '' ? node.operator : `${node.domain}.${node.operator}`;
  throw new NoGradientGraph(`operator ${shown} has no gradient here`);
}

/** Values that move with the inputs. */
function activeValues(
  graph: WholeGraph,
  facts: ReadonlyMap<string, ValueFacts>,
  inputs: readonly string[],
): ReadonlySet<string> {
  const active = new Set(inputs);
  for (const node of graph.nodes) {
    if (FLAT.has(node.operator) && node.domain === '') continue;
    if (node.operator === 'Cast' && ![1, 10, 11].includes(facts.get(node.outputs[0] ?? '')?.type ?? 0))
      continue;
    if (node.inputs.some((name) => active.has(name))) for (const name of node.outputs) active.add(name);
  }
  return active;
}

/** 1 at the element of every row, 0 elsewhere. */
function seed(tape: Tape, { output, element, isStacked }: GradientWish): string {
  const shape = tape.shape(output);
  const size = tape.node('Reshape', [tape.node('Size', [output]), tape.whole([1])]);
  const rows = isStacked ? tape.node('Slice', [shape, tape.whole([0]), tape.whole([1])]) : tape.whole([1]);
  const each = tape.node('Div', [size, rows]);
  const type = tape.real(output);
  // The runtime has OneHot for whole numbers, and not for all real ones.
  const whole = tape.node('OneHot', [tape.whole([element]), each, tape.whole([0, 1])]);
  const one = tape.node('Cast', [whole], { to: BigInt(type) });
  const all = tape.node('Expand', [one, tape.node('Concat', [rows, each], { axis: 0n })]);
  return tape.node('Reshape', [all, shape]);
}
