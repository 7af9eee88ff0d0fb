import { decodedBase64 } from '../platform/text/base64.js';
import { typedArrayOf, type DataType, type NumericDataType } from './data-types.js';
import type { TensorValues } from './tensor.js';
import { uncarriedText } from './text-elements.js';

// Typed arrays are used as the little-endian bytes of the protocol: onnxruntime has no build for a big-endian machine.

export type DecodedBytes = { readonly values: TensorValues } | { readonly problem: string };

/** `fromBytes` of a base64 string. */
export function fromBase64(text: string, datatype: DataType, count: number): DecodedBytes {
  const bytes = decodedBase64(text);
  if (bytes === undefined) return { problem: base64Problem(text) };
  return datatype === 'BYTES' ? strings(bytes, count) : numbers(bytes.buffer, datatype, count);
}

/**
 * Reads little-endian bytes into exactly `count` elements, copied once, since `bytes` is a part of something larger.
 * The elements of BYTES are each a 32-bit length followed by UTF-8, as in the Open Inference Protocol.
 */
export function fromBytes(bytes: Uint8Array, datatype: DataType, count: number): DecodedBytes {
  if (datatype === 'BYTES') return strings(bytesOf(bytes), count);

  // A small Buffer is a part of a shared pool, a request's of the whole body; the tensor needs a buffer of its own.
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return numbers(own.buffer, datatype, count);
}

/** The numbers that fill a buffer. */
function numbers(buffer: ArrayBuffer, datatype: NumericDataType, count: number): DecodedBytes {
  const constructor = typedArrayOf(datatype);
  const expected = count * constructor.BYTES_PER_ELEMENT;
  if (buffer.byteLength !== expected)
    return { problem: `holds ${expected} bytes of ${datatype}, got ${buffer.byteLength}` };
  const values = new constructor(buffer);
  if (datatype === 'BOOL') {
    const wrong = (values as Uint8Array).findIndex((byte) => byte > 1);
    if (wrong !== -1)
      return { problem: `holds BOOL bytes of 0 or 1, got ${String(values[wrong])} at index ${wrong}` };
  }
  return { values };
}

/** What `fromBytes` reads: a view of the numbers, or the strings behind each other. */
export function toBytes(values: TensorValues): Buffer {
  if (!isStrings(values)) return bytesOf(values);
  const lengths = values.map((value) => Buffer.byteLength(value));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [index, value] of values.entries()) {
    at = bytes.writeUInt32LE(lengths[index] ?? 0, at);
    at += bytes.write(value, at);
  }
  return bytes;
}

/** How many bytes `toBytes` gives. */
export function byteLengthOf(values: TensorValues): number {
  if (!isStrings(values)) return values.byteLength;
  return values.reduce((sum, value) => sum + 4 + Buffer.byteLength(value), 0);
}

export function toBase64(values: TensorValues): string {
  return toBytes(values).toString('base64');
}

/** The same memory, as a Buffer. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function isStrings(values: TensorValues): values is readonly string[] {
  return Array.isArray(values);
}

function base64Problem(text: string): string {
  if (text.length % 4 !== 0)
    return `came as base64 of ${text.length} characters, which is not a multiple of 4 (the "=" at the end belong to it)`;
  const wrong = /[^A-Za-z0-9+/]/.exec(text.replace(/={1,2}$/, ''));
  return wrong === null
    ? 'came as base64 whose last character before the "=" has bits that belong to no byte'
    : `came as a string that is not base64: ${JSON.stringify(wrong[0])} at position ${wrong.index}`;
}

function strings(bytes: Buffer, count: number): DecodedBytes {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const values: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32LE(at) : Infinity;
    if (end > bytes.length) return { problem: `came as bytes that end inside element ${values.length}` };
    let value: string;
    try {
      value = decoder.decode(bytes.subarray(at + 4, end));
    } catch {
      return {
        problem: `came with an element ${values.length} that is not UTF-8, and the runtime's strings are text (send raw bytes as UINT8)`,
      };
    }
    const obstacle = uncarriedText(value);
    if (obstacle !== undefined)
      return { problem: `came with an element ${values.length} that has ${obstacle}` };
    values.push(value);
    at = end;
  }
  if (values.length !== count) return { problem: `holds ${count} values, got ${values.length}` };
  return { values };
}
