import { fields, fieldsWithin, integers, signed, type Field } from '../difference/protobuf-fields.js';
import { MalformedProtobuf, WindowedFile } from '../windowed-file.js';
import {
  functionKey,
  type Attribute,
  type DeclaredTensor,
  type Graph,
  type GraphNode,
  type LocalFunction,
  type ModelGraph,
  type StoredConstant,
} from './graph.js';
import { nameOf, readConstant } from './read-constant.js';

// Numbers of fields in onnx/onnx.proto.
const MODEL = { graph: 7, opset: 8, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const FUNCTION = { name: 1, input: 4, output: 5, node: 7, opset: 9, domain: 10, defaults: 11, overload: 13 } as const; // prettier-ignore
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7, overload: 8 } as const;
const ATTRIBUTE = { name: 1, float: 2, int: 3, text: 4, tensor: 5, graph: 6, floats: 7, ints: 8, texts: 9, reference: 21 } as const; // prettier-ignore
const SPARSE = { values: 1, dims: 3 } as const;

const MAX_DEPTH = 40;
const MAX_NODES = 400_000;
/** Longer lists are weights. */
const MAX_LIST = 2_048;
/** A vocabulary is the one list of text that must be looked through. */
const VOCABULARY = 'pool_strings';
const MAX_VOCABULARY = 2_000_000;
// Protobuf's readers differ in what they make of a longer tag: such a file is not read at all.
const MAX_FIELD = 2 ** 29;

/**
 * Reads a graph with names, attributes and small constants, in memory that does not grow with its weights. Synchronous:
 * for a child process.
 * @throws MalformedProtobuf for what different readers might understand differently
 */
export function readModelGraph(path: string): ModelGraph {
  const file = new WindowedFile(path);
  try {
    return new Reader(file).model();
  } finally {
    file.close();
  }
}

class Reader {
  private nodes = 0;

  constructor(private readonly file: WindowedFile) {}

  model(): ModelGraph {
    let graph: Graph | null = null;
    const opsets = new Map<string, number>();
    const functions = new Map<string, LocalFunction>();
    for (const field of checked(fields(this.file, this.file.size)))
      if (field.number === MODEL.graph) graph = once(graph, this.graph(field, 0));
      else if (field.number === MODEL.opset) this.opset(field, opsets);
      else if (field.number === MODEL.functions) this.localFunction(field, functions);
    if (graph === null) throw new MalformedProtobuf('there is no graph');
    return { graph, opsets, functions };
  }

  private graph(field: Field, depth: number): Graph {
    if (depth > MAX_DEPTH) throw new MalformedProtobuf('graphs are nested too deep');
    const inputs: DeclaredTensor[] = [];
    const outputs: string[] = [];
    const constants = new Map<string, StoredConstant>();
    const nodes: GraphNode[] = [];
    for (const part of checked(fieldsWithin(this.file, field)))
      switch (part.number) {
        case GRAPH.node:
          nodes.push(this.node(part, depth));
          break;
        case GRAPH.initializer: {
          const { name, ...constant } = readConstant(this.file, part);
          if (constants.has(name)) throw new MalformedProtobuf('a constant is there twice');
          constants.set(name, constant);
          break;
        }
        case GRAPH.sparseInitializer:
          this.sparse(part, constants);
          break;
        case GRAPH.input:
          inputs.push(this.declared(part));
          break;
        case GRAPH.output:
          outputs.push(this.declared(part).name);
      }
    return { inputs, outputs, constants, nodes };
  }

  private node(field: Field, depth: number): GraphNode {
    this.nodes += 1;
    if (this.nodes > MAX_NODES) throw new MalformedProtobuf(`there are more than ${MAX_NODES} nodes`);
    let [name, operator, domain, overload] = ['', '', '', ''];
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, Attribute>();
    for (const part of checked(fieldsWithin(this.file, field)))
      switch (part.number) {
        case NODE.input:
          inputs.push(nameOf(this.file, part));
          break;
        case NODE.output:
          outputs.push(nameOf(this.file, part));
          break;
        case NODE.name:
          name = nameOf(this.file, part);
          break;
        case NODE.operator:
          operator = nameOf(this.file, part);
          break;
        case NODE.domain:
          domain = domainOf(nameOf(this.file, part));
          break;
        case NODE.overload:
          overload = nameOf(this.file, part);
          break;
        case NODE.attribute:
          this.attribute(part, attributes, depth);
      }
    return { name, operator, domain, overload, inputs, outputs, attributes };
  }

  private attribute(field: Field, attributes: Map<string, Attribute>, depth: number): void {
    let name = '';
    let [int, float, text, reference]: [number | null, number | null, string | null, string | null] = [null, null, null, null]; // prettier-ignore
    let tensor: StoredConstant | null = null;
    let graph: Graph | null = null;
    const [ints, floats, texts] = [new List<number>(), new List<number>(), new List<string>()];
    for (const part of checked(fieldsWithin(this.file, field)))
      switch (part.number) {
        case ATTRIBUTE.name:
          name = nameOf(this.file, part);
          break;
        case ATTRIBUTE.float:
          float = this.floats(part)[0] ?? null;
          break;
        case ATTRIBUTE.int:
          int = Number(signed(part));
          break;
        case ATTRIBUTE.text:
          if (part.end - part.start <= 65_536) text = nameOf(this.file, part);
          break;
        case ATTRIBUTE.reference:
          reference = nameOf(this.file, part);
          break;
        case ATTRIBUTE.tensor:
          tensor = once(tensor, readConstant(this.file, part));
          break;
        case ATTRIBUTE.graph:
          graph = once(graph, this.graph(part, depth + 1));
          break;
        case ATTRIBUTE.ints:
          if (ints.takes(part, MAX_LIST)) ints.add(integers(this.file, part).map(Number));
          break;
        case ATTRIBUTE.floats:
          if (floats.takes(part, MAX_LIST)) floats.add(this.floats(part));
          break;
        case ATTRIBUTE.texts:
          if (texts.takes(part, name === VOCABULARY ? MAX_VOCABULARY : MAX_LIST))
            texts.add([nameOf(this.file, part)]);
      }
    if (attributes.has(name)) throw new MalformedProtobuf(`an attribute is there twice`);
    attributes.set(name, { int, float, text, reference, tensor, graph, ints: ints.all, floats: floats.all, texts: texts.all }); // prettier-ignore
  }

  private floats({ start, end }: Field): number[] {
    this.file.position = start;
    const bytes = this.file.copy(end - start);
    return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
  }

  private declared(field: Field): DeclaredTensor {
    let name = '';
    let shape: DeclaredTensor['shape'] = null;
    for (const part of checked(fieldsWithin(this.file, field)))
      if (part.number === 1) name = nameOf(this.file, part);
      // TypeProto's tensor_type, its shape, the dimensions of that.
      else if (part.number === 2)
        for (const type of [...this.within(part, 1)])
          for (const dims of [...this.within(type, 2)])
            shape = once(
              shape,
              [...this.within(dims, 1)].map((dimension) => this.dimension(dimension)),
            );
    return { name, shape };
  }

  private dimension(field: Field): number | null {
    const [size] = [...this.within(field, 1)];
    const value = size === undefined ? -1 : Number(signed(size));
    return value < 0 ? null : value;
  }

  private *within(field: Field, number: number): Generator<Field> {
    for (const part of checked(fieldsWithin(this.file, field))) if (part.number === number) yield part;
  }

  private sparse(field: Field, constants: Map<string, StoredConstant>): void {
    let name = '';
    const dims: number[] = [];
    for (const part of checked(fieldsWithin(this.file, field)))
      if (part.number === SPARSE.values) ({ name } = readConstant(this.file, part));
      else if (part.number === SPARSE.dims) dims.push(...integers(this.file, part).map(Number));
    constants.set(name, { dims, values: null, whole: false });
  }

  private opset(field: Field, opsets: Map<string, number>): void {
    let [domain, version] = ['', 0];
    for (const part of checked(fieldsWithin(this.file, field)))
      if (part.number === 1) domain = domainOf(nameOf(this.file, part));
      else if (part.number === 2) version = Number(signed(part));
    if ((opsets.get(domain) ?? version) !== version)
      throw new MalformedProtobuf('a set of operators is there in two versions');
    opsets.set(domain, version);
  }

  private localFunction(field: Field, functions: Map<string, LocalFunction>): void {
    let [name, domain, overload] = ['', '', ''];
    const [inputs, outputs, nodes]: [string[], string[], GraphNode[]] = [[], [], []];
    const opsets = new Map<string, number>();
    const defaults = new Map<string, Attribute>();
    for (const part of checked(fieldsWithin(this.file, field)))
      switch (part.number) {
        case FUNCTION.name:
          name = nameOf(this.file, part);
          break;
        case FUNCTION.domain:
          domain = domainOf(nameOf(this.file, part));
          break;
        case FUNCTION.overload:
          overload = nameOf(this.file, part);
          break;
        case FUNCTION.input:
          inputs.push(nameOf(this.file, part));
          break;
        case FUNCTION.output:
          outputs.push(nameOf(this.file, part));
          break;
        case FUNCTION.node:
          nodes.push(this.node(part, 0));
          break;
        case FUNCTION.opset:
          this.opset(part, opsets);
          break;
        case FUNCTION.defaults:
          this.attribute(part, defaults, 0);
      }
    const key = functionKey(domain, name, overload);
    if (functions.has(key)) throw new MalformedProtobuf('a function is there twice');
    functions.set(key, { inputs, outputs, nodes, opsets, defaults });
  }
}

/** What a repeated field holds; null when there is more of it than was taken. */
class List<Item> {
  private readonly items: Item[] = [];
  private isWhole = true;

  get all(): readonly Item[] | null {
    return this.isWhole ? this.items : null;
  }

  takes({ start, end }: Field, most: number): boolean {
    this.isWhole &&= this.items.length < most && end - start <= 10 * MAX_LIST;
    return this.isWhole;
  }

  add(items: readonly Item[]): void {
    this.items.push(...items);
  }
}

function* checked(parts: Iterable<Field>): Generator<Field> {
  for (const part of parts) {
    if (part.number === 0 || part.number >= MAX_FIELD)
      throw new MalformedProtobuf('a field has a number that no field may have');
    yield part;
  }
}

/** Readers of protobuf merge a message that is there twice; no exporter writes one so. */
function once<Message>(before: Message | null, message: Message): Message {
  if (before !== null) throw new MalformedProtobuf('a part is there twice');
  return message;
}

function domainOf(name: string): string {
  return name === 'ai.onnx' ? '' : name;
}
