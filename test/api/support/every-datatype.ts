import { GraphBuilder } from '../../../src/onnx/index.js';
import { type DataType } from '../../../src/tensors/index.js';
import { modelWriter } from '../../../src/onnx/onnx-schema.js';
import { stringBytes } from './tensor-bytes.js';

/** `same` is the input and `computed` something of it that another element, order or rounding would change. */
export function copyAndCompute(datatype: DataType, shape: readonly (number | string)[]): Uint8Array {
  const graph = new GraphBuilder('copy and compute', { opset: 20 });
  graph.input('x', datatype, shape);
  graph.node('Identity', ['x'], {}, ['same']);
  compute(graph, datatype);
  graph.output('same', datatype, shape);
  graph.output('computed', datatype, shape);
  return graph.build();
}

/** The same graph for tensors of any number of dimensions. */
export function copyAndComputeUnranked(datatype: DataType): Uint8Array {
  const model = modelWriter.toObject(modelWriter.decode(copyAndCompute(datatype, []))) as {
    graph: Record<'input' | 'output', { type: { tensor_type: { shape?: object } } }[]>;
  };
  for (const { type } of [...model.graph.input, ...model.graph.output]) delete type.tensor_type.shape;
  return modelWriter.encode(model).finish();
}

function compute(graph: GraphBuilder, datatype: DataType): void {
  const into = ['computed'];
  switch (datatype) {
    case 'BOOL':
      graph.node('Not', ['x'], {}, into);
      break;
    case 'BYTES':
      graph.node('StringConcat', ['x', graph.constant('suffix', 'BYTES', [], ['é'])], {}, into);
      break;
    case 'FP16': {
      // The CPU has no arithmetic of half floats.
      const float = graph.node('Cast', ['x'], { to: 1n });
      const product = graph.node('Mul', [float, graph.constant('factor', 'FP32', [], [1.1])]);
      graph.node('Cast', [product], { to: 10n }, into);
      break;
    }
    case 'FP32':
    case 'FP64':
      graph.node('Mul', ['x', graph.constant('factor', datatype, [], [1.1])], {}, into);
      break;
    default:
      graph.node('BitwiseNot', ['x'], {}, into);
  }
}

const littleEndian = (array: ArrayBufferView) =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** Six elements of each type, at the edges of what it can hold. */
export const EXTREMES: Record<DataType, Buffer> = {
  BOOL: Buffer.of(0, 1, 1, 0, 1, 0),
  UINT8: Buffer.of(0, 1, 127, 128, 254, 255),
  INT8: Buffer.of(0, 1, 127, 128, 254, 255),
  UINT16: littleEndian(Uint16Array.of(0, 1, 32_767, 32_768, 65_534, 65_535)),
  INT16: littleEndian(Int16Array.of(0, -1, 32_767, -32_768, 256, -257)),
  UINT32: littleEndian(Uint32Array.of(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1)),
  INT32: littleEndian(Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 65_536, -65_537)),
  UINT64: littleEndian(
    BigUint64Array.of(0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n),
  ),
  INT64: littleEndian(
    BigInt64Array.of(0n, 1n - 2n ** 53n, -(2n ** 53n), -(2n ** 53n) - 1n, -(2n ** 63n), 2n ** 63n - 1n),
  ),
  // 65504, 2^-24, -0, infinity, -infinity, not-a-number.
  FP16: littleEndian(Uint16Array.of(0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x7e00)),
  FP32: littleEndian(Float32Array.of(3.4028234663852886e38, 2 ** -149, -0, Infinity, -Infinity, NaN)),
  FP64: littleEndian(Float64Array.of(Number.MAX_VALUE, Number.MIN_VALUE, -0, Infinity, -Infinity, NaN)),
  BYTES: stringBytes(['', 'CCO', '"\\\n', '\ufeff€', '😀\ud83d\udc69\u200d\ud83d\udd2c', 'TmFO']),
};

/** Elements of any bits: in floats, not-a-number with its payloads among them. */
export function randomBytes(datatype: DataType, count: number, seed: number): Buffer {
  const next = generator(seed);
  if (datatype === 'BYTES')
    return stringBytes(
      Array.from({ length: count }, () => String.fromCodePoint(0x20 + (next() % 0xd000)).repeat(next() % 5)),
    );
  const bytes = Array.from({ length: count * widthOf(datatype) }, () => next() & 255);
  return Buffer.from(datatype === 'BOOL' ? bytes.map((byte) => byte & 1) : bytes);
}

/**
 * Floats without the highest bit of their exponent, so finite; else as `randomBytes`. What is left of a not-a-number's
 * payload may depend on where in a tensor it stands.
 */
export function randomFiniteBytes(datatype: DataType, count: number, seed: number): Buffer {
  const bytes = randomBytes(datatype, count, seed);
  if (!datatype.startsWith('FP')) return bytes;
  const width = widthOf(datatype);
  return Buffer.from(bytes.map((byte, index) => (index % width === width - 1 ? byte & 0xbf : byte)));
}

function widthOf(datatype: DataType): number {
  return EXTREMES[datatype].length / 6;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
