import type { DataType } from '../../../src/tensors/index.js';
import type { RuntimeType } from './direct-run.js';

// What the protocols say about tensors, written down a second time: nothing here uses Retort's own code.

/** Row-major little-endian bytes; strings are each behind their length in four bytes. */
export interface ByteTensor {
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly bytes: Buffer;
}

export type JsonElement = number | string | boolean;

export const RUNTIME_TYPES: Record<DataType, RuntimeType> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
};

const WIDTHS: Record<Exclude<DataType, 'BYTES'>, number> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
};

/** The elements as the GraphQL API and the Open Inference Protocol write them in JSON, but with negative zeros. */
export function jsonElements({ datatype, bytes }: Omit<ByteTensor, 'shape'>): JsonElement[] {
  return elementsOf(datatype, bytes).map((element) => {
    switch (datatype) {
      case 'BYTES':
        return element.subarray(4).toString('utf8');
      case 'BOOL':
        return element[0] === 1;
      case 'UINT64':
        return wide(element.readBigUInt64LE());
      case 'INT64':
        return wide(element.readBigInt64LE());
      case 'FP16':
        return float(half(element.readUInt16LE()));
      case 'FP32':
        return float(element.readFloatLE());
      case 'FP64':
        return float(element.readDoubleLE());
      case 'UINT8':
      case 'UINT16':
      case 'UINT32':
        return element.readUIntLE(0, element.length);
      case 'INT8':
      case 'INT16':
      case 'INT32':
        return element.readIntLE(0, element.length);
    }
  });
}

/** The JSON text of elements in nested lists; JSON.stringify alone would lose the sign of zero. */
export function nestedText(elements: readonly JsonElement[], shape: readonly number[]): string {
  const [size, ...inner] = shape;
  if (size === undefined) {
    const [element = null] = elements;
    return Object.is(element, -0) ? '-0.0' : JSON.stringify(element);
  }
  const stride = elements.length / Math.max(1, size);
  const rows = Array.from({ length: size }, (_, row) =>
    nestedText(elements.slice(row * stride, (row + 1) * stride), inner),
  );
  return `[${rows.join(',')}]`;
}

/** Strings as the protocols' binary layout has them. */
export function stringBytes(strings: readonly string[]): Buffer {
  return Buffer.concat(
    strings.flatMap((text) => {
      const content = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(content.length);
      return [length, content];
    }),
  );
}

export function withoutNegativeZeros(elements: readonly JsonElement[]): JsonElement[] {
  return elements.map((element) => (element === 0 ? 0 : element));
}

/** Each element's own bytes, with the length of a string. */
export function elementsOf(datatype: DataType, bytes: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + (datatype === 'BYTES' ? 4 + bytes.readUInt32LE(at) : WIDTHS[datatype]);
    elements.push(bytes.subarray(at, end));
    at = end;
  }
  return elements;
}

function wide(value: bigint): number | string {
  const isSafe = value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n;
  return isSafe ? Number(value) : String(value);
}

function float(value: number): number | string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  return value === -Infinity ? '-Infinity' : value;
}

/** IEEE 754 binary16, by its definition. */
function half(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
