import type { Unknowns } from './extent.js';
import { Extent } from './extent.js';
import {
  functionKey,
  type Attribute,
  type Graph,
  type GraphNode,
  type LocalFunction,
  type ModelGraph,
  type StoredConstant,
} from './graph.js';
import { ProofEnd } from './proof-end.js';
import { Step, type Operator } from './step.js';
import { constant, countsRows, type Followed, type Mixed, type Value } from './value.js';

/** Functions that call functions, and loops in loops, can make a small file a long way. */
const MAX_STEPS = 400_000;
const MAX_DEPTH = 60;
/** Domains of operators that runtimes have themselves. */
const OF_RUNTIMES = /^$|^(ai\.onnx|com\.microsoft|com\.ms|org\.pytorch)(\.|$)/;

export type FindOperator = (domain: string, operator: string) => Operator | undefined;

/** It is given up: nothing at all is known then. */
export class TooLong extends Error {}

type Names = (name: string) => Value | undefined;

/** Values on their way through a graph. */
export class RowTracer {
  /** Inputs that are looked up in tables, and how many lines the shortest of those has. */
  readonly tables: Record<string, number> = {};
  private steps = 0;
  private depth = 0;

  constructor(
    private readonly model: ModelGraph,
    private readonly operators: FindOperator,
    private readonly unknowns: Unknowns,
  ) {}

  /** @throws TooLong */
  graph(graph: Graph, inputs: ReadonlyMap<string, Value>): Value[] {
    return this.follow(graph, inputs, () => undefined, this.model.opsets, new Map());
  }

  private follow(
    graph: Pick<Graph, 'constants' | 'nodes' | 'outputs'>,
    inputs: ReadonlyMap<string, Value>,
    around: Names,
    opsets: ReadonlyMap<string, number>,
    attributes: ReadonlyMap<string, Attribute>,
  ): Value[] {
    this.depth += 1;
    if (this.depth > MAX_DEPTH)
      throw new TooLong('its functions and bodies are nested too deep to be followed');
    const known = new Map<string, Value>(inputs);
    for (const [name, stored] of graph.constants) if (!known.has(name)) known.set(name, storedValue(stored));
    const find: Names = (name) => known.get(name) ?? around(name);
    for (const node of graph.nodes) {
      const values = this.node(withReferences(node, attributes), find, opsets);
      for (const [index, name] of node.outputs.entries())
        if (name !== '') known.set(name, values[index] ?? mixed(node, 'what it gives is not known'));
    }
    this.depth -= 1;
    return graph.outputs.map((name) => find(name) ?? { kind: 'mixed', node: shown(name), why: 'it is computed by no node' }); // prettier-ignore
  }

  private node(node: GraphNode, find: Names, opsets: ReadonlyMap<string, number>): readonly Value[] {
    this.steps += 1;
    if (this.steps > MAX_STEPS)
      throw new TooLong(`it would take more than ${MAX_STEPS} operators to follow it`);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : find(name)));
    if (node.inputs.some((name, index) => name !== '' && inputs[index] === undefined))
      return everyOutput(node, mixed(node, 'an input of it is computed by no node'));
    const met = inputs.find((input) => input?.kind === 'mixed');
    if (met) return everyOutput(node, met);
    const given = inputs as (Followed | undefined)[];
    try {
      const called = this.model.functions.get(functionKey(node.domain, node.operator, node.overload));
      // The runtime takes its own operator where it has one, whether or not there is a rule for it here.
      if (called && (OF_RUNTIMES.test(node.domain) || this.operators(node.domain, node.operator)))
        throw new ProofEnd('the model brings along a function of the name of an operator');
      if (called) return this.call(called, node, given);
      return this.apply(node, given, find, opsets);
    } catch (error) {
      if (!(error instanceof ProofEnd)) throw error;
      return everyOutput(node, mixed(node, error.message));
    }
  }

  private apply(
    node: GraphNode,
    inputs: readonly (Followed | undefined)[],
    find: Names,
    opsets: ReadonlyMap<string, number>,
  ): readonly Value[] {
    const operator = this.operators(node.domain, node.operator);
    if (!operator) throw new ProofEnd('this operator is not followed');
    const { rule, sizes = [] } = operator;
    if (inputs.some((input) => input?.padding != null) && operator.takesPadding !== true)
      throw new ProofEnd('its rows are filled up to the length of the longest');
    if (inputs.some((input) => input?.numbersRows) && operator.takesNumberedRows !== true)
      throw new ProofEnd('it is given the places of rows among others');
    const body = (graph: Graph, values: readonly Value[]) => {
      const given = graph.inputs.map(({ name }, index): [string, Value] => [
        name,
        values[index] ?? mixed(node, 'its body is given too little'),
      ]);
      return this.follow(graph, new Map(given), find, opsets, new Map());
    };
    const opset = opsets.get(node.domain);
    // A runtime takes the latest one it knows.
    if (opset === undefined && node.domain === '') throw new ProofEnd('of which version it is is not said');
    const step = new Step(node, opset ?? 1, inputs, this.unknowns, body, (name, lines) =>
      this.lookedUp(name, lines),
    );
    // A body sees more than the inputs.
    const isConstant = step.given.every(({ rows }) => !rows) && !hasBody(node);
    const results = isConstant ? this.constantResults(operator, step) : rule(step);
    const countReaches = inputs.some((input, index) => input && countsRows(input) && !sizes.includes(index));
    if (countReaches && results.some((result) => result.kind === 'followed' && result.elements === null))
      throw new ProofEnd('the number of rows reaches what it computes');
    return results;
  }

  /** What is computed from what is the same for all rows is the same for all rows; at worst nothing else is known of it. */
  private constantResults({ rule, isRandom }: Operator, step: Step): readonly Value[] {
    try {
      return rule(step);
    } catch (error) {
      if (!(error instanceof ProofEnd) || isRandom === true) throw error;
      if (step.given.some(countsRows)) throw new ProofEnd('the number of rows reaches what it computes');
      return everyOutput(step.node, constant(null));
    }
  }

  private lookedUp(name: string, lines: number): void {
    const origin = readable(name);
    this.tables[origin] = Math.min(this.tables[origin] ?? Infinity, lines);
  }

  private call(called: LocalFunction, node: GraphNode, inputs: readonly (Followed | undefined)[]): Value[] {
    // The runtime computes a function's nodes by the versions the model is of.
    for (const [domain, version] of called.opsets)
      if ((this.model.opsets.get(domain) ?? version) !== version)
        throw new ProofEnd('its function is written for another version of operators than the model');
    const given = new Map<string, Value>();
    for (const [index, name] of called.inputs.entries()) {
      const input = inputs[index];
      if (input) given.set(name, input);
    }
    // An input that is left out is none inside either.
    const absent = new Set(called.inputs.filter((name) => !given.has(name)));
    const nodes = absent.size === 0 ? called.nodes : called.nodes.map((one) => without(one, absent));
    const attributes = new Map([...called.defaults, ...node.attributes]);
    return this.follow(
      { constants: new Map(), nodes, outputs: called.outputs },
      given,
      () => undefined,
      called.opsets,
      attributes,
    );
  }
}

function hasBody({ attributes }: GraphNode): boolean {
  return [...attributes.values()].some(({ graph }) => graph !== null);
}

function without(node: GraphNode, absent: ReadonlySet<string>): GraphNode {
  return { ...node, inputs: node.inputs.map((name) => (absent.has(name) ? '' : name)) };
}

/** Attributes of a function's node that refer to the function's own have their values, or are left out as those are. */
function withReferences(node: GraphNode, around: ReadonlyMap<string, Attribute>): GraphNode {
  let changed = false;
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const { graph, reference } = attribute;
    if (reference !== null) {
      changed = true;
      const value = around.get(reference);
      if (value) attributes.set(name, value);
    } else if (graph && around.size > 0) {
      changed = true;
      attributes.set(name, { ...attribute, graph: bodyWithReferences(graph, around) });
    } else attributes.set(name, attribute);
  }
  return changed ? { ...node, attributes } : node;
}

function bodyWithReferences(graph: Graph, around: ReadonlyMap<string, Attribute>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => withReferences(node, around)) };
}

function storedValue({ dims, values, whole }: StoredConstant): Followed {
  const elements = values === null ? null : { values: values.map((value) => Extent.of(value)), whole };
  return constant(
    dims.map((size) => Extent.of(size)),
    elements,
  );
}

function mixed(node: GraphNode, why: string): Mixed {
  const { operator, domain, name, outputs } = node;
  const called = name === '' ? (outputs[0] ?? '') : name;
  const kind = domain === '' ? operator : `${domain}.${operator}`;
  return { kind: 'mixed', node: `${readable(kind)} ${shown(called)}`, why };
}

function everyOutput(node: GraphNode, value: Value): Value[] {
  return node.outputs.map(() => value);
}

export function shown(name: string): string {
  return JSON.stringify(readable(name));
}

/** As text that any database takes, and short. */
function readable(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8').replaceAll('\0', '\uFFFD');
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
