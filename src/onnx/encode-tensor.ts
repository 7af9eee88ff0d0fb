import { fromHalf } from './half-float.js';
import { isStrings, toBase64 } from './tensor-bytes.js';
import type { Tensor } from './tensor.js';

/**
 * A tensor's data as an answer carries it: a flat row-major JSON array (non-finite floats as "NaN", "Infinity" and
 * "-Infinity", 64-bit integers beyond 2^53 as strings, BOOL as true and false), or base64 of little-endian bytes.
 * JSON has no negative zero; base64 keeps every bit.
 */
export function encodeTensor(tensor: Tensor, encoding: 'JSON' | 'BASE64'): unknown {
  const { data, datatype } = tensor;
  if (encoding === 'BASE64') return toBase64(data);
  if (isStrings(data)) return [...data];
  const values: ArrayLike<number | bigint> = data;
  switch (datatype) {
    case 'INT64':
    case 'UINT64':
      return Array.from(values, wideInteger);
    case 'BOOL':
      return Array.from(values, (byte) => byte !== 0);
    case 'FP16':
      return Array.from(values, (bits) => float(fromHalf(Number(bits))));
    case 'FP32':
    case 'FP64':
      return Array.from(values, (value) => float(Number(value)));
    default:
      return Array.from(values);
  }
}

function wideInteger(value: number | bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function float(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
