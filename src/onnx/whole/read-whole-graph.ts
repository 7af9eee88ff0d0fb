import { fields, fieldsWithin, integers, signed, text, type Field } from '../difference/protobuf-fields.js';
import { readTensor } from '../difference/read-tensor.js';
import { ModelProblem } from '../model-problem.js';
import { readStoredModel } from '../stored-model.js';
import type { WindowedFile } from '../windowed-file.js';
import { scanAttribute } from './scan-attribute.js';
import type { WholeAttribute, WholeGraph, WholeNode, WholeTensor, WholeValue } from './whole-graph.js';

// Numbers of fields in onnx/onnx.proto.
const MODEL = { graph: 7, opset: 8, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;

const MAX_NODES = 200_000;
/** Of one attribute: a forest of some ten million nodes. */
const MAX_ATTRIBUTE_BYTES = 512 * 1024 ** 2;

/**
 * Reads the main graph of a stored model with all its attributes; the elements of tensors stay in the file. Synchronous:
 * for a child process.
 * @throws ModelProblem INVALID_MODEL for bytes that are no model, UNSUPPORTED_MODEL for a graph of absurd size
 */
export function readWholeGraph(path: string): WholeGraph {
  return readStoredModel(path, (file) => new Reader(file).model());
}

class Reader {
  private readonly inputs: WholeValue[] = [];
  private readonly outputs: WholeValue[] = [];
  private readonly initializers = new Map<string, WholeTensor>();
  private readonly nodes: WholeNode[] = [];
  private readonly opsets = new Map<string, number>();

  constructor(private readonly file: WindowedFile) {}

  model(): WholeGraph {
    let hasFunctions = false;
    for (const field of fields(this.file, this.file.size))
      if (field.number === MODEL.graph) this.graph(field);
      else if (field.number === MODEL.opset) this.opset(field);
      else if (field.number === MODEL.functions) hasFunctions = true;
    const { inputs, outputs, initializers, nodes, opsets } = this;
    return { inputs, outputs, initializers, nodes, opsets, hasFunctions };
  }

  private graph(field: Field): void {
    for (const part of fieldsWithin(this.file, field))
      switch (part.number) {
        case GRAPH.node:
          this.node(part);
          break;
        case GRAPH.initializer: {
          const tensor = readTensor(this.file, part);
          this.initializers.set(tensor.name, tensor);
          break;
        }
        case GRAPH.sparseInitializer:
          throw new ModelProblem('UNSUPPORTED_MODEL', 'A graph with sparse initializers is not followed');
        case GRAPH.input:
          this.inputs.push(this.value(part));
          break;
        case GRAPH.output:
          this.outputs.push(this.value(part));
      }
  }

  private node(field: Field): void {
    if (this.nodes.length === MAX_NODES)
      throw new ModelProblem('UNSUPPORTED_MODEL', `Expected a graph of at most ${MAX_NODES} nodes, got more`);
    let [name, operator, domain] = ['', '', ''];
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, WholeAttribute>();
    for (const part of fieldsWithin(this.file, field))
      switch (part.number) {
        case NODE.input:
          inputs.push(text(this.file, part));
          break;
        case NODE.output:
          outputs.push(text(this.file, part));
          break;
        case NODE.name:
          name = text(this.file, part);
          break;
        case NODE.operator:
          operator = text(this.file, part);
          break;
        case NODE.domain:
          domain = text(this.file, part);
          break;
        case NODE.attribute:
          this.attribute(part, attributes);
      }
    this.nodes.push({
      name,
      operator,
      domain: domain === 'ai.onnx' ? '' : domain,
      inputs,
      outputs,
      attributes,
    });
  }

  private attribute(field: Field, attributes: Map<string, WholeAttribute>): void {
    const { start, end } = field;
    if (end - start > MAX_ATTRIBUTE_BYTES)
      throw new ModelProblem(
        'UNSUPPORTED_MODEL',
        `Expected attributes of at most ${MAX_ATTRIBUTE_BYTES} bytes, got one of ${end - start}`,
      );
    this.file.position = start;
    const { name, tensor, ...scanned } = scanAttribute(this.file.copy(end - start));
    attributes.set(name, {
      ...scanned,
      tensor:
        tensor === null
          ? null
          : readTensor(this.file, { ...field, start: start + tensor.start, end: start + tensor.end }),
    });
  }

  private value(field: Field): WholeValue {
    let [name, type] = ['', 0];
    let shape: (number | null)[] | null = null;
    for (const part of fieldsWithin(this.file, field))
      if (part.number === 1) name = text(this.file, part);
      else if (part.number === 2)
        // TypeProto's tensor_type: elem_type, shape and its dimensions.
        for (const kind of this.within(part, 1))
          for (const detail of [...fieldsWithin(this.file, kind)])
            if (detail.number === 1) type = Number(signed(detail));
            else if (detail.number === 2)
              shape = this.within(detail, 1).map((dimension) => this.dimension(dimension));
    return { name, type, shape };
  }

  private dimension(field: Field): number | null {
    const [size] = this.within(field, 1);
    const value = size === undefined ? -1 : Number(integers(this.file, size)[0] ?? -1n);
    return value < 0 ? null : value;
  }

  private within(field: Field, number: number): Field[] {
    return [...fieldsWithin(this.file, field)].filter((part) => part.number === number);
  }

  private opset(field: Field): void {
    let [domain, version] = ['', 0];
    for (const part of fieldsWithin(this.file, field))
      if (part.number === 1) domain = text(this.file, part);
      else if (part.number === 2) version = Number(signed(part));
    this.opsets.set(domain === 'ai.onnx' ? '' : domain, version);
  }
}
