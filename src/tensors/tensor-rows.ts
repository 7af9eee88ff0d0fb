import { DomainError } from '../platform/errors.js';
import type { TypedArray, TypedArrayConstructor } from './data-types.js';
import type { Tensor, TensorValues } from './tensor.js';
import { isStrings } from './tensor-bytes.js';

/** How many rows a request is: the first dimension all its tensors share; null when they share none. */
export function rowsOf(tensors: readonly Tensor[]): number | null {
  const [rows] = tensors[0]?.shape ?? [];
  return rows !== undefined && tensors.every(({ shape }) => shape[0] === rows) ? rows : null;
}

/** The requests' tensors laid one after the other along the first dimension, in the order of the first request. */
export function joinRows(requests: readonly (readonly Tensor[])[]): Tensor[] {
  return (requests[0] ?? []).map(({ name, datatype, shape }) => {
    const parts = requests.map((tensors) => partOf(tensors, name));
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
    return { name, datatype, shape: [rows, ...shape.slice(1)], data: join(parts.map(({ data }) => data)) };
  });
}

/**
 * Takes each request's rows out of the outputs of a joined run; views, not copies.
 *
 * @throws DomainError RUN_FAILED when an output does not have one row per input row
 */
export function splitRows(outputs: readonly Tensor[], counts: readonly number[]): Tensor[][] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (const { name, shape } of outputs) {
    if (shape[0] !== total) {
      throw new DomainError(
        'RUN_FAILED',
        `Output "${name}": expected ${total} rows for ${total} rows of input, got shape [${shape.join(',')}]`,
      );
    }
  }
  let from = 0;
  return counts.map((count) => {
    const share = outputs.map(({ name, datatype, shape, data }): Tensor => {
      const rowLength = data.length / Math.max(1, total);
      const values = part(data, from * rowLength, (from + count) * rowLength);
      return { name, datatype, shape: [count, ...shape.slice(1)], data: values };
    });
    from += count;
    return share;
  });
}

function partOf(tensors: readonly Tensor[], name: string): Tensor {
  const tensor = tensors.find((candidate) => candidate.name === name);
  if (!tensor)
    throw new DomainError('INTERNAL', `Requests without "${name}" were joined with one that has it.`);
  return tensor;
}

function join(parts: readonly TensorValues[]): TensorValues {
  if (parts.some(isStrings)) return parts.flatMap((values) => [...(values as readonly string[])]);
  const arrays = parts as readonly TypedArray[];
  let bytes = 0;
  for (const { byteLength } of arrays) bytes += byteLength;
  // Not zeroed: every byte of it is written. In a buffer of its own, which moves to a thread with it.
  const joined = Buffer.allocUnsafeSlow(bytes);
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    joined.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return new (arrays[0]?.constructor as TypedArrayConstructor)(joined.buffer);
}

function part(values: TensorValues, from: number, to: number): TensorValues {
  return isStrings(values) ? values.slice(from, to) : values.subarray(from, to);
}
