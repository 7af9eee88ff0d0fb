import { MalformedProtobuf } from '../windowed-file.js';
import { Extent, Unknowns } from './extent.js';
import { RowTracer, shown, TooLong } from './follow.js';
import type { DeclaredTensor, Graph, ModelGraph } from './graph.js';
import { findOperator } from './operators/index.js';
import { readModelGraph } from './read-model-graph.js';
import { ROW_RULES, type HeldInput, type RowProof } from './row-proof.js';
import { withRows, type Value } from './value.js';

/**
 * Follows rows, along the first axis of every input, through the whole graph. Never throws for what the file holds: what
 * cannot be followed is not proven. Synchronous: for a child process.
 */
export function proveRows(path: string, held: readonly HeldInput[] = []): RowProof {
  let model: ModelGraph;
  try {
    model = readModelGraph(path);
  } catch (error) {
    if (!(error instanceof MalformedProtobuf)) throw error;
    return unproven(`The graph could not be followed: ${error.message}`);
  }
  return proveGraph(model, held);
}

function proveGraph(model: ModelGraph, held: readonly HeldInput[] = []): RowProof {
  const graph = withHeld(model.graph, held);
  const inputs = requiredInputs(graph);
  const fixed = inputs.find(({ shape }) => shape === null || shape.length === 0 || shape[0] !== null);
  if (inputs.length === 0) return unproven('It has no inputs');
  if (fixed)
    return unproven(`Input ${shown(fixed.name)} has no variable first dimension for rows to lie along`);
  const unknowns = new Unknowns();
  const given = new Map(inputs.map((input): [string, Value] => [input.name, rowsOf(input, unknowns)]));
  const tracer = new RowTracer(model, findOperator, unknowns);
  let outputs: Value[];
  try {
    outputs = tracer.graph(graph, given);
  } catch (error) {
    if (error instanceof TooLong) return unproven(`The graph could not be followed: ${error.message}`);
    throw error;
  }
  for (const [index, name] of graph.outputs.entries()) {
    const reason = obstacleOf(outputs[index], name);
    if (reason !== null) return unproven(reason, tracer.tables);
  }
  return { rules: ROW_RULES, proven: true, reason: null, tables: tracer.tables };
}

/** Optional inputs whose value the server holds: the same for all requests that run together. */
function withHeld(graph: Graph, held: readonly HeldInput[]): Graph {
  const constants = held.map(
    ({ name, shape }) => [name, { dims: shape, values: null, whole: false }] as const,
  );
  return { ...graph, constants: new Map([...graph.constants, ...constants]) };
}

/** Before IR version 4 constants were listed among the inputs too. Requests that send one are joined with none. */
function requiredInputs({ inputs, constants }: Graph): DeclaredTensor[] {
  return inputs.filter(({ name }) => !constants.has(name));
}

/** Declared names of dimensions mean nothing: the runtime lets two of one name differ. */
function rowsOf({ name, shape }: DeclaredTensor, unknowns: Unknowns): Value {
  const sizes = (shape ?? []).slice(1).map((size) => (size === null ? unknowns.fresh() : Extent.of(size)));
  return { ...withRows([Extent.ROWS, ...sizes], { axis: 0, before: Extent.ONE }), origin: name };
}

function obstacleOf(value: Value | undefined, name: string): string | null {
  if (!value) return `Output ${shown(name)} is computed by no node`;
  if (value.kind === 'mixed') return `${value.node}: ${value.why}`;
  const { rows, dims } = value;
  if (value.padding !== null) return `Output ${shown(name)} is filled up to the length of the longest row`;
  if (value.numbersRows) return `Output ${shown(name)} tells the place of a row among the others`;
  if (rows === null || dims === null) return `Output ${shown(name)} has no rows of its own`;
  if (rows.axis !== 0 || dims[0]?.equals(Extent.ROWS) !== true)
    return `Output ${shown(name)} has not one place for each row along its first axis`;
  return null;
}

function unproven(reason: string, tables: RowProof['tables'] = {}): RowProof {
  return { rules: ROW_RULES, proven: false, reason, tables };
}
