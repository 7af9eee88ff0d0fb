import { ModelProblem } from '../model-problem.js';
import { readStoredModel } from '../stored-model.js';
import type { WindowedFile } from '../windowed-file.js';
import type { GraphOutline, OutlineNode, Value } from './graph-outline.js';
import { fields, fieldsWithin, signed, text, type Field } from './protobuf-fields.js';
import { readAttribute } from './read-attribute.js';
import { readSparseTensor, readTensor } from './read-tensor.js';
import type { StoredTensor } from './stored-tensor.js';

// Beyond this the comparison would be longer than anybody reads, and its memory no longer small.
const MAX_NODES = 400_000;
const MAX_TEXT = 48 * 1024 * 1024;
const MAX_DEPTH = 50;

// Numbers of fields in onnx/onnx.proto.
const MODEL = { irVersion: 1, producerName: 2, producerVersion: 3, domain: 4, modelVersion: 5, doc: 6, graph: 7, opset: 8, metadata: 14, functions: 25 } as const; // prettier-ignore
const GRAPH = { node: 1, initializer: 5, input: 11, sparseInitializer: 15 } as const;
const FUNCTION = { name: 1, input: 4, node: 7, domain: 10 } as const;
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;

interface Scope {
  readonly path: string;
  readonly kind: string;
  readonly parent: Scope | null;
  readonly inputs: string[];
  readonly defined: Map<string, Value>;
}

/**
 * Reads what a graph is made of in memory that does not grow with its weights. Synchronous: for a child process.
 *
 * @throws ModelProblem INVALID_MODEL for bytes that are no model, UNSUPPORTED_MODEL for a graph of absurd size
 */
export function readOutline(path: string): GraphOutline {
  return readStoredModel(path, (file) => new OutlineReader(file).read());
}

type PendingNode = Omit<OutlineNode, 'inputs'> & {
  readonly inputs: readonly string[];
  readonly within: Scope;
};

class OutlineReader {
  readonly #properties = new Map<string, string>();
  readonly #nodes: PendingNode[] = [];
  readonly #tensors: StoredTensor[] = [];
  #textLeft = MAX_TEXT;

  constructor(private readonly file: WindowedFile) {}

  read(): GraphOutline {
    for (const field of fields(this.file, this.file.size)) this.#modelField(field);
    return {
      properties: this.#properties,
      nodes: this.#nodes.map(({ within, inputs, ...node }) => ({
        ...node,
        inputs: inputs.map((name) => resolve(name, within)),
      })),
      tensors: this.#tensors,
    };
  }

  #modelField(field: Field): void {
    switch (field.number) {
      case MODEL.graph:
        this.#graph(field, scope('', '', null), 0);
        break;
      case MODEL.functions:
        this.#function(field);
        break;
      case MODEL.irVersion:
        this.#properties.set('IR version', String(signed(field)));
        break;
      case MODEL.modelVersion:
        this.#properties.set('model version', String(signed(field)));
        break;
      case MODEL.producerName:
        this.#properties.set('producer', this.#text(field));
        break;
      case MODEL.producerVersion:
        this.#properties.set('producer version', this.#text(field));
        break;
      case MODEL.domain:
        this.#properties.set('domain', this.#text(field));
        break;
      case MODEL.doc:
        this.#properties.set('description', this.#text(field));
        break;
      case MODEL.opset: {
        let [domain, version] = ['', '0'];
        for (const part of fieldsWithin(this.file, field))
          if (part.number === 1) domain = this.#text(part);
          else if (part.number === 2) version = String(signed(part));
        this.#properties.set(`operator set ${domain === '' ? 'ai.onnx' : domain}`, version);
        break;
      }
      case MODEL.metadata: {
        let [key, value] = ['', ''];
        for (const part of fieldsWithin(this.file, field))
          if (part.number === 1) key = this.#text(part);
          else if (part.number === 2) value = this.#text(part);
        this.#properties.set(`metadata ${JSON.stringify(key)}`, value);
        break;
      }
    }
  }

  #function(field: Field): void {
    let [name, domain] = ['', ''];
    for (const part of fieldsWithin(this.file, field))
      if (part.number === FUNCTION.name) name = this.#text(part);
      else if (part.number === FUNCTION.domain) domain = this.#text(part);
    const path = `function ${domain === '' ? '' : `${domain}.`}${name}`;
    const within = scope(path, path, null);
    for (const part of fieldsWithin(this.file, field))
      if (part.number === FUNCTION.input) within.inputs.push(this.#text(part));
      else if (part.number === FUNCTION.node) this.#node(part, within, 0);
    define(within);
  }

  #graph(field: Field, within: Scope, depth: number): void {
    if (depth > MAX_DEPTH)
      throw new ModelProblem('UNSUPPORTED_MODEL', `Subgraphs are nested more than ${MAX_DEPTH} deep`);
    for (const part of fieldsWithin(this.file, field))
      if (part.number === GRAPH.node) this.#node(part, within, depth);
      else if (part.number === GRAPH.initializer) this.#tensor(readTensor(this.file, part), within);
      else if (part.number === GRAPH.sparseInitializer)
        this.#tensor(readSparseTensor(this.file, part), within);
      else if (part.number === GRAPH.input)
        for (const inner of fieldsWithin(this.file, part))
          if (inner.number === 1) within.inputs.push(this.#text(inner));
    define(within);
  }

  #tensor(tensor: Omit<StoredTensor, 'scope'>, within: Scope, name = tensor.name): number {
    this.#spend(name.length + 8 * (tensor.dims.length + tensor.pieces.length));
    const index = this.#tensors.push({ ...tensor, name, scope: within.path }) - 1;
    within.defined.set(name, { kind: 'tensor', tensor: index, name });
    return index;
  }

  #node(field: Field, within: Scope, depth: number): void {
    if (this.#nodes.length >= MAX_NODES)
      throw new ModelProblem('UNSUPPORTED_MODEL', `Expected at most ${MAX_NODES} nodes to compare, got more`);
    let [name, operator, domain] = ['', '', ''];
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributeFields: Field[] = [];
    for (const part of fieldsWithin(this.file, field))
      if (part.number === NODE.input) inputs.push(this.#text(part));
      else if (part.number === NODE.output) outputs.push(this.#text(part));
      else if (part.number === NODE.name) name = this.#text(part);
      else if (part.number === NODE.operator) operator = this.#text(part);
      else if (part.number === NODE.domain) domain = this.#text(part);
      else if (part.number === NODE.attribute) attributeFields.push(part);
    if (domain !== '' && domain !== 'ai.onnx') operator = `${domain}.${operator}`;

    const attributes = new Map<string, string>();
    const node =
      this.#nodes.push({
        scope: within.path,
        scopeKind: within.kind,
        name,
        operator,
        inputs,
        outputs,
        attributes,
        within,
      }) - 1;
    for (const [output, value] of outputs.entries())
      if (value !== '') within.defined.set(value, { kind: 'node', node, output, name: value });
    // After the node's own names: attributes may come before them in the file, and their subgraphs are named by them.
    for (const part of attributeFields) {
      const attribute = readAttribute(this.file, part, operator === 'Constant');
      this.#spend(attribute.name.length + attribute.value.length);
      attributes.set(attribute.name, attribute.value);
      if (attribute.tensor && operator === 'Constant')
        this.#tensor(attribute.tensor, within, outputs[0] ?? '');
      for (const [index, graph] of attribute.graphs.entries()) {
        const place = attribute.graphs.length > 1 ? `${attribute.name}[${index}]` : attribute.name;
        const owner = name !== '' ? name : (outputs[0] ?? operator);
        this.#graph(
          graph,
          scope(`${within.path}${owner}.${place}/`, `${within.kind}${operator}.${place}/`, within),
          depth + 1,
        );
      }
    }
  }

  #text(field: Field): string {
    this.#spend(field.end - field.start);
    return text(this.file, field);
  }

  #spend(characters: number): void {
    // Every string and list is an object too.
    this.#textLeft -= characters + 24;
    if (this.#textLeft < 0)
      throw new ModelProblem(
        'UNSUPPORTED_MODEL',
        `Expected names and attributes of at most ${MAX_TEXT} bytes to compare, got more`,
      );
  }
}

function scope(path: string, kind: string, parent: Scope | null): Scope {
  return { path, kind, parent, inputs: [], defined: new Map() };
}

/** Inputs that an initializer gives a value to (before IR version 4 all were listed) are that initializer. */
function define({ inputs, defined, kind }: Scope): void {
  for (const [index, name] of inputs.entries())
    if (!defined.has(name)) defined.set(name, { kind: 'input', name, scopeKind: kind, index });
}

function resolve(name: string, within: Scope): Value {
  if (name === '') return { kind: 'none' };
  for (let at: Scope | null = within; at !== null; at = at.parent) {
    const value = at.defined.get(name);
    if (value) return value;
  }
  return { kind: 'unknown', name };
}
