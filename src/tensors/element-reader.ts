import { NumberBlock } from '../platform/json/index.js';
import { type DataType, type NumericDataType, typedArrayOf } from './data-types.js';
import { fromHalf } from './half-float.js';
import type { RawTensor, Tensor } from './tensor.js';

/** One element by its row-major index: a number, a text, or null where it is neither, or not to be had alone. */
export type ElementReader = (index: number) => number | string | null;

/**
 * Reads single elements of a tensor in time that does not grow with it: for whoever looks at a few rows of what was asked.
 *
 * @param tensor one that `decodeTensor` has accepted or made. Texts in their binary form have no place of their own: null.
 */
export function elementReader({ datatype, shape, data }: RawTensor | Tensor): ElementReader {
  if (typeof data === 'string') return base64Reader(data, datatype);
  if (data instanceof NumberBlock) return (index) => held(datatype, data.values[index] ?? NaN);
  if (data instanceof Uint8Array && datatype !== 'UINT8' && datatype !== 'BOOL')
    return bytesReader(data, datatype);
  if (Array.isArray(data) && Array.isArray(data[0])) {
    const nested = data as readonly unknown[];
    return (index) => elementOf(datatype, nestedAt(nested, shape, index));
  }
  if (Array.isArray(data) || ArrayBuffer.isView(data)) {
    const flat = data as unknown as ArrayLike<unknown>;
    if (datatype === 'FP16' && data instanceof Uint16Array) return (index) => fromHalf(data[index] ?? NaN);
    return (index) => elementOf(datatype, flat[index]);
  }
  return (index) => (index === 0 ? elementOf(datatype, data) : null);
}

function elementOf(datatype: DataType, value: unknown): number | string | null {
  if (datatype === 'BYTES') return typeof value === 'string' ? value : null;
  if (typeof value === 'number') return held(datatype, value);
  if (typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'string')
    return held(datatype, Number(value));
  return null;
}

/** As the tensor holds it. */
function held(datatype: DataType, value: number): number {
  return datatype === 'FP32' ? Math.fround(value) : value;
}

function nestedAt(data: readonly unknown[], shape: readonly number[], index: number): unknown {
  let [part, rest]: [unknown, number] = [data, index];
  for (let dimension = 0; dimension < shape.length; dimension += 1) {
    const size = shape.slice(dimension + 1).reduce((product, extent) => product * extent, 1);
    part = Array.isArray(part) ? part[Math.floor(rest / size)] : undefined;
    rest %= size;
  }
  return part;
}

function bytesReader(bytes: Uint8Array, datatype: DataType): ElementReader {
  if (datatype === 'BYTES') return () => null;
  const size = typedArrayOf(datatype).BYTES_PER_ELEMENT;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (index) => ((index + 1) * size <= view.byteLength ? numberAt(view, index * size, datatype) : null);
}

/** Three bytes are four characters. */
function base64Reader(text: string, datatype: DataType): ElementReader {
  if (datatype === 'BYTES') return () => null;
  const size = typedArrayOf(datatype).BYTES_PER_ELEMENT;
  return (index) => {
    const first = Math.floor((index * size) / 3);
    const last = Math.ceil(((index + 1) * size) / 3);
    const bytes = Buffer.from(text.slice(first * 4, last * 4), 'base64');
    const at = index * size - first * 3;
    if (at + size > bytes.length) return null;
    return numberAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at, datatype);
  };
}

function numberAt(view: DataView, at: number, datatype: NumericDataType): number {
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return view.getUint8(at);
    case 'UINT16':
      return view.getUint16(at, true);
    case 'UINT32':
      return view.getUint32(at, true);
    case 'UINT64':
      return Number(view.getBigUint64(at, true));
    case 'INT8':
      return view.getInt8(at);
    case 'INT16':
      return view.getInt16(at, true);
    case 'INT32':
      return view.getInt32(at, true);
    case 'INT64':
      return Number(view.getBigInt64(at, true));
    case 'FP16':
      return fromHalf(view.getUint16(at, true));
    case 'FP32':
      return view.getFloat32(at, true);
    case 'FP64':
      return view.getFloat64(at, true);
  }
}
