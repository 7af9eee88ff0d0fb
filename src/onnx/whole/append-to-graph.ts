import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { toHalf } from '../../tensors/index.js';
import { modelWriter, toInt64 } from '../onnx-schema.js';

/** What comes behind the nodes of a graph. */
export interface GraphAddition {
  readonly nodes: readonly {
    readonly operator: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Readonly<Record<string, number | bigint | string | readonly bigint[]>>;
  }[];
  readonly constants: readonly {
    readonly name: string;
    /** TensorProto.DataType: float, float16, double or int64. */
    readonly type: number;
    readonly dims: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly outputs: readonly { readonly name: string; readonly type: number }[];
}

/**
 * Copies a model and adds to its graph. Protobuf joins the parts of a message that is there twice, so that what is added is
 * written behind the copied bytes, whose weights are never read. Synchronous: for a child process.
 *
 * @returns the SHA-256 of what was written
 * @throws what writing a file throws
 */
export function appendToGraph(path: string, target: string, addition: GraphAddition): string {
  const graph = {
    node: addition.nodes.map(({ operator, inputs, outputs, attributes }) => ({
      op_type: operator,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
    })),
    initializer: addition.constants.map(({ name, type, dims, values }) => ({
      name,
      data_type: type,
      dims: dims.map(toInt64),
      raw_data: bytesOf(type, values),
    })),
    output: addition.outputs.map(({ name, type }) => ({ name, type: { tensor_type: { elem_type: type } } })),
  };
  copyFileSync(path, target);
  const file = openSync(target, 'a+');
  try {
    writeSync(file, modelWriter.encode({ graph }).finish());
    fsyncSync(file);
    const hash = createHash('sha256');
    const window = Buffer.allocUnsafe(1024 * 1024);
    for (let at = 0; ;) {
      const read = readSync(file, window, 0, window.length, at);
      if (read === 0) return hash.digest('hex');
      hash.update(window.subarray(0, read));
      at += read;
    }
  } finally {
    closeSync(file);
  }
}

// AttributeProto.AttributeType
function attributeOf(value: number | bigint | string | readonly bigint[]): object {
  if (typeof value === 'number') return { type: 1, f: value };
  if (typeof value === 'bigint') return { type: 2, i: toInt64(value) };
  if (typeof value === 'string') return { type: 3, s: Buffer.from(value, 'utf8') };
  return { type: 7, ints: value.map((one) => toInt64(one)) };
}

function bytesOf(type: number, values: readonly number[]): Uint8Array {
  if (type === 1) return new Uint8Array(Float32Array.from(values).buffer);
  if (type === 11) return new Uint8Array(Float64Array.from(values).buffer);
  if (type === 10) return new Uint8Array(Uint16Array.from(values, toHalf).buffer);
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
