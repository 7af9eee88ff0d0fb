import { recogniseFile } from './file-kind.js';
import { ModelProblem } from './model-problem.js';
import { fromInt64, modelReader, type Int64 } from './onnx-schema.js';
import type { TypeMessage } from './onnx-types.js';
import { readSkeleton, SkeletonTooLarge } from './protobuf-skeleton.js';
import { WindowedFile } from './windowed-file.js';

/** What an ONNX file says about itself, read from its protobuf. */
export interface GraphSummary {
  format: 'ONNX';
  /** Name and version of the tool that wrote the file. */
  producer: string | null;
  irVersion: number;
  /** Operator sets the graph imports; the default one has domain ''. */
  opsets: { domain: string; version: number }[];
  /** metadata_props. */
  metadata: Record<string, string>;
  /**
   * Elements of all tensors the file stores: initializers, dense or sparse, and tensors held by nodes (Constant), in
   * subgraphs and functions too. Small constants such as shapes count as well: ONNX does not tell them from weights.
   */
  parameterCount: bigint;
  /** How often each operator occurs, subgraphs and functions included: `Relu`, or `com.example.Thing`. */
  operators: Record<string, number>;
  /** Files beside the model that hold its weights. */
  externalData: string[];
}

/** A declared input or output of the graph. */
export interface DeclaredValue {
  readonly name: string;
  readonly type: TypeMessage | undefined;
}

export interface GraphReading {
  readonly summary: GraphSummary;
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** How many initializers are listed among the inputs too; `inputs` is without them. */
  readonly listedInitializers: number;
}

interface EntryMessage {
  key?: Uint8Array;
  value?: Uint8Array;
}
interface TensorMessage {
  dims?: Int64[];
  external_data?: EntryMessage[];
  data_location?: number;
}
interface SparseMessage {
  values?: TensorMessage;
  indices?: TensorMessage;
}
interface AttributeMessage {
  t?: TensorMessage;
  g?: GraphMessage;
  tensors?: TensorMessage[];
  graphs?: GraphMessage[];
  sparse_tensor?: SparseMessage;
  sparse_tensors?: SparseMessage[];
}
interface NodeMessage {
  op_type?: string;
  domain?: string;
  attribute?: AttributeMessage[];
}
interface ValueMessage {
  name?: string;
  type?: TypeMessage;
}
interface GraphMessage {
  node?: NodeMessage[];
  initializer?: (TensorMessage & { name?: string })[];
  input?: ValueMessage[];
  output?: ValueMessage[];
  sparse_initializer?: SparseMessage[];
}
interface ModelMessage {
  ir_version?: Int64;
  producer_name?: Uint8Array;
  producer_version?: Uint8Array;
  graph?: GraphMessage;
  opset_import?: { domain?: string; version?: Int64 }[];
  metadata_props?: EntryMessage[];
  functions?: { node?: NodeMessage[] }[];
}

// The description of the largest published graphs, without weights, is a few megabytes.
const maxDescriptionBytes = 128 * 1024 * 1024;
// `data_location` of a tensor whose content lies in another file.
const external = 1;

/**
 * Reads what an ONNX file says about itself, in memory that does not grow with its weights.
 * @throws ModelProblem INVALID_MODEL when the bytes are no ONNX model, UNSUPPORTED_MODEL when its graph is too large
 */
export function readGraph(path: string): GraphReading {
  const file = new WindowedFile(path);
  try {
    const head = file.head(1024);
    let model: ModelMessage;
    try {
      const skeleton = readSkeleton(file, modelReader, maxDescriptionBytes);
      // A plain object has only what the file has; a message answers defaults for the rest.
      model = modelReader.toObject(modelReader.decode(skeleton));
    } catch (error) {
      if (error instanceof SkeletonTooLarge)
        throw new ModelProblem(
          'UNSUPPORTED_MODEL',
          `Expected a graph of at most ${maxDescriptionBytes} bytes beside its weights, got more; simplify the graph before exporting it`,
        );
      throw notOnnx(head, file.size);
    }
    if (model.graph === undefined || model.ir_version === undefined) throw notOnnx(head, file.size);
    return summarise(model, model.graph);
  } finally {
    file.close();
  }
}

function notOnnx(head: Buffer, size: number): ModelProblem {
  const kind = recogniseFile(head);
  const message =
    kind === undefined
      ? `Expected an ONNX model, got ${size} bytes that do not read as one: the file is corrupt, cut short or of another format; check it with onnx.checker.check_model and send it again`
      : `Expected an ONNX model, got what looks like ${kind}`;
  return new ModelProblem('INVALID_MODEL', message);
}

function summarise(model: ModelMessage, graph: GraphMessage): GraphReading {
  const tally = new GraphTally();
  tally.graph(graph);
  for (const definition of model.functions ?? []) tally.nodes(definition.node);
  const producer = [text(model.producer_name), text(model.producer_version)]
    .filter((part) => part !== '')
    .join(' ');
  // Before IR version 4 every initializer was listed among the inputs too; those are not asked of a caller.
  const initialized = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  return {
    summary: {
      format: 'ONNX',
      producer: producer === '' ? null : producer,
      irVersion: Number(fromInt64(model.ir_version)),
      opsets: (model.opset_import ?? []).map(({ domain, version }) => ({
        domain: domain === 'ai.onnx' ? '' : (domain ?? ''),
        version: Number(fromInt64(version)),
      })),
      metadata: Object.fromEntries(
        (model.metadata_props ?? []).map(({ key, value }) => [text(key), text(value)]),
      ),
      parameterCount: tally.parameters,
      operators: Object.fromEntries([...tally.operators].sort(([a], [b]) => (a < b ? -1 : 1))),
      externalData: [...tally.externalData],
    },
    inputs: (graph.input ?? []).map(declared).filter(({ name }) => !initialized.has(name)),
    outputs: (graph.output ?? []).map(declared),
    listedInitializers: (graph.input ?? []).filter(({ name }) => initialized.has(name)).length,
  };
}

class GraphTally {
  parameters = 0n;
  readonly operators = new Map<string, number>();
  readonly externalData = new Set<string>();

  graph(graph: GraphMessage | undefined): void {
    if (graph === undefined) return;
    for (const tensor of graph.initializer ?? []) this.#tensor(tensor);
    for (const tensor of graph.sparse_initializer ?? []) this.#sparse(tensor);
    this.nodes(graph.node);
  }

  nodes(nodes: readonly NodeMessage[] | undefined): void {
    for (const node of nodes ?? []) {
      const domain =
        node.domain === undefined || node.domain === '' || node.domain === 'ai.onnx' ? '' : `${node.domain}.`;
      const operator = domain + (node.op_type ?? '');
      this.operators.set(operator, (this.operators.get(operator) ?? 0) + 1);
      for (const attribute of node.attribute ?? []) {
        for (const tensor of [attribute.t, ...(attribute.tensors ?? [])]) this.#tensor(tensor);
        for (const tensor of [attribute.sparse_tensor, ...(attribute.sparse_tensors ?? [])])
          this.#sparse(tensor);
        for (const graph of [attribute.g, ...(attribute.graphs ?? [])]) this.graph(graph);
      }
    }
  }

  #tensor(tensor: TensorMessage | undefined): void {
    if (tensor === undefined) return;
    this.parameters += (tensor.dims ?? []).reduce((product, size) => product * fromInt64(size), 1n);
    this.#location(tensor);
  }

  /** Its stored values count, not the zeros between them. */
  #sparse(tensor: SparseMessage | undefined): void {
    if (tensor === undefined) return;
    this.#tensor(tensor.values);
    if (tensor.indices !== undefined) this.#location(tensor.indices);
  }

  #location(tensor: TensorMessage): void {
    if (tensor.data_location !== external) return;
    const entry = (tensor.external_data ?? []).find(({ key }) => text(key) === 'location');
    this.externalData.add(text(entry?.value));
  }
}

function declared({ name, type }: ValueMessage): DeclaredValue {
  return { name: name ?? '', type };
}

/** Text that any database and any JSON parser takes: no NUL, and U+FFFD for what is not UTF-8. */
function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes).replaceAll('\0', '\uFFFD');
}
