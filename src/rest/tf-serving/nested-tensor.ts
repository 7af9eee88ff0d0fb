import {
  encodeTensor,
  nestedText,
  numberText,
  type RawTensor,
  type Tensor,
  type TensorSpec,
} from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { NumberBlock } from '../../platform/json/index.js';
import { decodedBase64 } from '../../platform/text/base64.js';
import { described } from '../protocol-body.js';

const MAX_RANK = 64;

/**
 * A tensor written as nested lists, whose shape is told by the nesting alone. Whether the lists are even, and the values
 * of the right type, is checked where all tensors are decoded.
 *
 * @param place where the value stands in the request
 * @throws DomainError INVALID_TENSOR
 */
export function fromNested(value: unknown, spec: TensorSpec, place: string): RawTensor {
  const { name, datatype } = spec;
  if (value instanceof NumberBlock) return { name, datatype, shape: value.shape, data: value };
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = (level as unknown[])[0]) {
    shape.push(level.length);
    if (shape.length > MAX_RANK)
      throw refused(`Expected ${place} to be nested at most ${MAX_RANK} deep, got more`);
  }
  // Empty lists cannot show the dimensions inside them; those the signature fixes are meant.
  if (shape.at(-1) === 0 && spec.unranked !== true)
    shape.push(...spec.shape.slice(shape.length).map((size) => Math.max(size, 0)));
  const data = datatype === 'BYTES' ? withText(value, place, 0) : value;
  // A lone string would be taken for base64.
  return { name, datatype, shape, data: shape.length === 0 ? [data] : data };
}

/** `{"b64": "…"}` is how this protocol writes a string that may not be text; Retort's strings are text. */
export function isEncodedBytes(value: unknown): value is { b64: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'b64' in value &&
    Object.keys(value).length === 1
  );
}

/** The tensor as JSON text in nested lists. Non-finite numbers are bare tokens, as this protocol has them. */
export function toNested(tensor: Tensor): string {
  return nestedText(leafTexts(tensor), tensor.shape);
}

/** The same for each entry along the first dimension. */
export function toRows(tensor: Tensor): string[] {
  const leaves = leafTexts(tensor);
  const [rows = 0] = tensor.shape;
  const size = rows === 0 ? 0 : leaves.length / rows;
  return Array.from({ length: rows }, (_, row) => nestedText(leaves, tensor.shape, 1, row * size, size));
}

/** Each element as JSON text. */
export function leafTexts(tensor: Tensor): string[] {
  const values = encodeTensor(tensor, 'JSON') as readonly unknown[];
  const { datatype, name } = tensor;
  // The protocol's mark of binary strings is the output's name.
  const isBinary = datatype === 'BYTES' && name.endsWith('_bytes');
  return values.map((value) => {
    const number = numberText(value);
    if (number !== null) return number;
    // Not-a-number and the infinities, and 64-bit integers with all their digits.
    const text = String(value);
    if (datatype !== 'BYTES') return text;
    return JSON.stringify(isBinary ? { b64: Buffer.from(text).toString('base64') } : text);
  });
}

// What is nested deeper than any tensor is left as it is, for decoding to refuse.
function withText(value: unknown, place: string, depth: number): unknown {
  if (Array.isArray(value))
    return depth > MAX_RANK ? value : value.map((entry) => withText(entry, place, depth + 1));
  return isEncodedBytes(value) ? textOf(value.b64, place) : value;
}

function textOf(b64: unknown, place: string): string {
  const bytes = typeof b64 === 'string' ? decodedBase64(padded(b64)) : undefined;
  if (bytes === undefined)
    throw refused(`Expected b64 in ${place} to be a base64 string, got ${described(b64)}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused(
      `Expected b64 in ${place} to hold UTF-8 text, got other bytes: the runtime's strings are text. Send raw bytes as UINT8`,
    );
  }
}

/** Callers may leave the padding out. */
function padded(base64: string): string {
  const digits = base64.replace(/=+$/, '');
  return digits + '='.repeat(-digits.length & 3);
}

function refused(message: string): DomainError {
  return new DomainError('INVALID_TENSOR', `${message}.`);
}
