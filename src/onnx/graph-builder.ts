import { ONNX_ELEMENT_TYPES, typedArrayOf, type DataType } from '../tensors/index.js';
import { toHalf } from '../tensors/index.js';
import { modelWriter, toInt64 } from './onnx-schema.js';

export interface GraphOptions {
  /** The version of the default operator set the nodes are written for. */
  opset: number;
  /** Recorded as the producer; default 'retort'. */
  producer?: string;
  producerVersion?: string;
  /** Recorded as metadata_props, in the order given. */
  metadata?: Record<string, string>;
  /** The model's doc_string. */
  doc?: string;
  /** Further operator sets, by domain. */
  domains?: Record<string, number>;
  /** Default: the version that came with the opset. */
  irVersion?: number;
}

export type ConstantValues =
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | readonly string[]
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Uint8Array;

/**
 * A number is written as FLOAT and a bigint as INT, alone or in an array: ONNX tells `axis: 1n` from `alpha: 1`.
 * A GraphBuilder is a subgraph (the branches of If, the body of Loop).
 */
export type AttributeValue =
  | number
  | bigint
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | GraphBuilder
  | StoredValues;

/** A tensor as an attribute's value. */
export interface StoredValues {
  readonly datatype: Exclude<DataType, 'BYTES'>;
  readonly shape: readonly number[];
  readonly values: ConstantValues;
}

// AttributeProto.AttributeType of the ONNX specification.
const attributeTypes = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
} as const;

/**
 * Writes an ONNX graph node by node. Mistakes of the author (an unknown input, a name given twice, values that do
 * not fill their shape) are plain errors at once. The same calls always give the same bytes.
 */
export class GraphBuilder {
  readonly #names = new Set<string>();
  readonly #inputs: object[] = [];
  readonly #outputs: { name: string; type: object }[] = [];
  readonly #constants: object[] = [];
  readonly #nodes: object[] = [];
  #generated = 0;

  constructor(
    private readonly name: string,
    private readonly options: GraphOptions,
  ) {}

  /** Declares an input. A dimension is a size, a symbolic name, or -1 for one that varies without a name. */
  input(name: string, datatype: DataType, shape: readonly (number | string)[]): string {
    this.#inputs.push({ name: this.#define(name), type: tensorType(datatype, shape) });
    return name;
  }

  /** Declares a value computed by a node as an output. */
  output(name: string, datatype: DataType, shape: readonly (number | string)[]): void {
    this.#outputs.push({ name, type: tensorType(datatype, shape) });
  }

  /** Stores values, row-major, as an initializer. */
  constant(name: string, datatype: DataType, shape: readonly number[], values: ConstantValues): string {
    const expected = shape.reduce((product, size) => product * size, 1);
    if (values.length !== expected)
      throw new Error(
        `Constant "${name}" of shape [${shape.join(',')}] needs ${expected} values, got ${values.length}`,
      );
    this.#constants.push({
      name: this.#define(name),
      dims: shape.map(toInt64),
      data_type: ONNX_ELEMENT_TYPES[datatype],
      ...(datatype === 'BYTES'
        ? { string_data: Array.from<unknown>(values).map((value) => Buffer.from(String(value), 'utf8')) }
        : { raw_data: littleEndian(datatype, values) }),
    });
    return name;
  }

  /**
   * Adds an operator and returns the name of its first output. `op` is 'Relu', or 'com.example.Thing' in another
   * domain; '' as an input leaves an optional one out. Outputs are named for the operator when not given.
   */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputs: readonly string[] = [`${op.slice(op.lastIndexOf('.') + 1).toLowerCase()}_${this.#generated++}`],
  ): string {
    const [first] = outputs;
    if (first === undefined) throw new Error(`${op}: a node needs at least one output`);
    const split = op.lastIndexOf('.');
    for (const input of inputs)
      if (input !== '' && !this.#names.has(input)) throw new Error(`${op}: unknown input "${input}"`);
    this.#nodes.push({
      op_type: op.slice(split + 1),
      ...(split > 0 ? { domain: op.slice(0, split) } : {}),
      name: `node_${this.#nodes.length}`,
      input: [...inputs],
      output: outputs.map((output) => this.#define(output)),
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attribute(value) })),
    });
    return first;
  }

  /** The whole model as bytes of an .onnx file. */
  build(): Uint8Array {
    const {
      opset,
      producer = 'retort',
      producerVersion,
      metadata = {},
      doc,
      domains = {},
      irVersion,
    } = this.options;
    return modelWriter
      .encode({
        ir_version: toInt64(irVersion ?? irVersionOf(opset)),
        producer_name: producer,
        ...(producerVersion === undefined ? {} : { producer_version: producerVersion }),
        ...(doc === undefined ? {} : { doc_string: doc }),
        graph: this.graph(),
        opset_import: [['', opset] as const, ...Object.entries(domains)].map(([domain, version]) => ({
          domain,
          version: toInt64(version),
        })),
        metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      })
      .finish();
  }

  /** The graph alone, as a GraphProto object: what a subgraph attribute holds. */
  graph(): object {
    for (const { name } of this.#outputs)
      if (!this.#names.has(name))
        throw new Error(`Output "${name}" is computed by no node of "${this.name}"`);
    return {
      name: this.name,
      node: this.#nodes,
      initializer: this.#constants,
      input: this.#inputs,
      output: this.#outputs,
    };
  }

  /** Makes a value of an enclosing graph usable by the nodes of this subgraph. */
  outer(name: string): string {
    this.#names.add(name);
    return name;
  }

  #define(name: string): string {
    if (name === '') return name;
    if (this.#names.has(name)) throw new Error(`"${name}" is defined twice in "${this.name}"`);
    this.#names.add(name);
    return name;
  }
}

// Each opset came with a release of the intermediate representation; a runtime that knows the one knows the other.
function irVersionOf(opset: number): number {
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  if (opset <= 22) return 10;
  return opset === 23 ? 11 : 12;
}

function tensorType(datatype: DataType, shape: readonly (number | string)[]): object {
  const dim = shape.map((size) => {
    if (typeof size === 'string') return { dim_param: size };
    return size < 0 ? {} : { dim_value: toInt64(size) };
  });
  return { tensor_type: { elem_type: ONNX_ELEMENT_TYPES[datatype], shape: { dim } } };
}

function attribute(value: AttributeValue): object {
  if (value instanceof GraphBuilder) return { type: attributeTypes.GRAPH, g: value.graph() };
  if (typeof value === 'number') return { type: attributeTypes.FLOAT, f: value };
  if (typeof value === 'bigint') return { type: attributeTypes.INT, i: toInt64(value) };
  if (typeof value === 'string') return { type: attributeTypes.STRING, s: Buffer.from(value, 'utf8') };
  if ('datatype' in value)
    return {
      type: attributeTypes.TENSOR,
      t: {
        dims: value.shape.map(toInt64),
        data_type: ONNX_ELEMENT_TYPES[value.datatype],
        raw_data: littleEndian(value.datatype, value.values),
      },
    };
  const values: readonly (number | bigint | string)[] = value;
  if (values.length > 0 && values.every((item) => typeof item === 'string'))
    return { type: attributeTypes.STRINGS, strings: values.map((item) => Buffer.from(item, 'utf8')) };
  if (values.every((item) => typeof item === 'bigint'))
    return { type: attributeTypes.INTS, ints: values.map((item) => toInt64(item)) };
  return { type: attributeTypes.FLOATS, floats: values.map(Number) };
}

function littleEndian(datatype: Exclude<DataType, 'BYTES'>, values: ConstantValues): Uint8Array {
  const constructor = typedArrayOf(datatype);
  const array = new constructor(values.length);
  for (const [index, value] of Array.from<unknown>(values).entries()) {
    if (array instanceof BigInt64Array || array instanceof BigUint64Array)
      array[index] = BigInt(value as number | bigint);
    else array[index] = datatype === 'FP16' ? toHalf(Number(value)) : Number(value);
  }
  // Node runs on little-endian machines only where onnxruntime has a build, so the array's bytes are the file's.
  return new Uint8Array(array.buffer);
}
