import { elementType } from '../difference/element-types.js';
import { ModelProblem } from '../model-problem.js';
import { fromInt64 } from '../onnx-schema.js';
import { callKey, type Body } from './function-expansion.js';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphMessage,
  NodeMessage,
  SparseMessage,
  TensorMessage,
} from './messages.js';
import { text } from './text.js';

/** A tensor whose content lies in another file. */
export interface ExternalTensor {
  readonly name: string;
  /** Of the file, from the model's folder; empty when the model does not say. */
  readonly location: string;
  /** As the file says it. */
  readonly offset: string | null;
  readonly length: string | null;
  /** That its elements take; null for a type whose elements have no size. */
  readonly bytes: bigint | null;
}

// `data_location` of a tensor whose content lies in another file.
const EXTERNAL = 1;
/** What a database's 64-bit integer holds. */
const MAX_PARAMETERS = 2n ** 63n - 1n;

/** Walks through everything a model consists of: wherever a tensor can stand, it is seen. */
export class GraphTally {
  parameters = 0n;
  readonly operators = new Map<string, number>();
  readonly external: ExternalTensor[] = [];

  /** @returns what it consists of, for `checkExpansion` */
  graph(graph: GraphMessage | undefined): Body {
    const body: Body = { nodes: 0, calls: new Map() };
    this.#graph(graph, body);
    return body;
  }

  function(definition: FunctionMessage): Body {
    const body: Body = { nodes: 0, calls: new Map() };
    this.#nodes(definition.node, body);
    // Values of its attributes where a call gives none.
    for (const attribute of definition.attribute_proto ?? []) this.#attribute(attribute, body);
    return body;
  }

  #graph(graph: GraphMessage | undefined, body: Body): void {
    if (graph === undefined) return;
    for (const tensor of graph.initializer ?? []) this.#tensor(tensor);
    for (const tensor of graph.sparse_initializer ?? []) this.#sparse(tensor);
    this.#nodes(graph.node, body);
  }

  #nodes(nodes: readonly NodeMessage[] | undefined, body: Body): void {
    for (const { domain, op_type: name, overload, attribute = [] } of nodes ?? []) {
      const prefix = domain === undefined || domain === '' || domain === 'ai.onnx' ? '' : `${domain}.`;
      const operator = prefix + (name ?? '');
      this.operators.set(operator, (this.operators.get(operator) ?? 0) + 1);
      const key = callKey(domain, name, overload);
      body.nodes += 1;
      body.calls.set(key, (body.calls.get(key) ?? 0) + 1);
      for (const value of attribute) this.#attribute(value, body);
    }
  }

  #attribute(attribute: AttributeMessage, body: Body): void {
    for (const tensor of [attribute.t, ...(attribute.tensors ?? [])]) this.#tensor(tensor);
    for (const tensor of [attribute.sparse_tensor, ...(attribute.sparse_tensors ?? [])]) this.#sparse(tensor);
    for (const graph of [attribute.g, ...(attribute.graphs ?? [])]) this.#graph(graph, body);
  }

  #tensor(tensor: TensorMessage | undefined): void {
    if (tensor === undefined) return;
    const count = elementsOf(tensor);
    this.parameters += count;
    if (count < 0n || this.parameters > MAX_PARAMETERS)
      throw new ModelProblem(
        'INVALID_MODEL',
        `Tensor ${JSON.stringify(text(tensor.name).slice(0, 200))} declares ${count} elements, which no file holds; check the model with onnx.checker.check_model`,
      );
    this.#location(tensor);
  }

  /** Its stored values count, not the zeros between them. */
  #sparse(tensor: SparseMessage | undefined): void {
    if (tensor === undefined) return;
    this.#tensor(tensor.values);
    if (tensor.indices !== undefined) this.#location(tensor.indices);
  }

  #location(tensor: TensorMessage): void {
    if (tensor.data_location !== EXTERNAL) return;
    const said = new Map<string, string>();
    // Of a key that is given twice, the last is what the runtime takes.
    for (const { key, value } of tensor.external_data ?? []) said.set(text(key), text(value));
    const { bits = 0 } = elementType(tensor.data_type ?? 0) ?? {};
    this.external.push({
      name: text(tensor.name),
      location: said.get('location') ?? '',
      offset: said.get('offset') ?? null,
      length: said.get('length') ?? null,
      bytes: bits === 0 ? null : (elementsOf(tensor) * BigInt(bits) + 7n) / 8n,
    });
  }
}

function elementsOf({ dims = [] }: TensorMessage): bigint {
  return dims.reduce((product, size) => product * fromInt64(size), 1n);
}
