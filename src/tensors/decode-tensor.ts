import { NumberBlock } from '../platform/json/index.js';
import { fromBlock, nestingProblem } from './block-tensor.js';
import { elementSink } from './elements.js';
import { fromBase64, fromBytes } from './tensor-bytes.js';
import { describe, formatShape, invalidTensor } from './tensor-error.js';
import type { RawTensor, Tensor } from './tensor.js';

// onnxruntime indexes elements by 64 bits, but no typed array of this size fits a request, and a zero-sized tensor
// with one vast dimension could still make a graph allocate by it.
export const MAX_ELEMENTS = 2 ** 31 - 1;
export const MAX_RANK = 64;

/**
 * Turns what a caller sent into a typed array, in one pass. The array owns a buffer of exactly its size, so that it
 * can be transferred to a worker.
 * @param field where the tensor stands in the caller's input; errors point below it, at `shape` or `data`.
 * @throws DomainError INVALID_TENSOR
 */
export function decodeTensor(raw: RawTensor, field?: readonly string[]): Tensor {
  const { name, datatype, shape, data } = raw;
  const count = elementCount(name, shape, field);
  const refuse = (problem: string) => invalidTensor(`Input "${name}": ${problem}`, field, 'data');

  if (typeof data === 'string' || data instanceof Uint8Array) {
    const decoded =
      typeof data === 'string' ? fromBase64(data, datatype, count) : fromBytes(data, datatype, count);
    if ('problem' in decoded) throw refuse(`shape ${formatShape(shape)} ${decoded.problem}`);
    return { name, datatype, shape: [...shape], data: decoded.values };
  }
  if (data instanceof NumberBlock) {
    const problem = nestingProblem(data, shape, count);
    if (problem !== undefined) throw refuse(problem);
    const decoded = fromBlock(data, datatype, count);
    if ('problem' in decoded) throw refuse(decoded.problem);
    return { name, datatype, shape: [...shape], data: decoded.values };
  }
  const isNested = Array.isArray(data) && Array.isArray(data[0]);
  if (isNested) checkNesting(data, shape, 0, '', refuse);
  else if (Array.isArray(data)) {
    // Length first, allocation second: a shape alone must never cost memory.
    if (data.length !== count)
      throw refuse(`shape ${formatShape(shape)} holds ${count} values, got ${data.length}`);
  } else if (shape.length > 0)
    throw refuse(`expected an array of values or a base64 string, got ${describe(data)}`);

  const sink = elementSink(datatype, count);
  const leaves: Iterable<readonly unknown[]> = isNested
    ? leafArrays(data, shape.length - 1)
    : [Array.isArray(data) ? data : [data]];
  let index = 0;
  for (const leaf of leaves)
    for (const value of leaf) {
      const problem = sink.put(index, value);
      if (problem !== undefined) throw refuse(problem);
      index += 1;
    }
  return { name, datatype, shape: [...shape], data: sink.values };
}

/** The number of elements of a shape, once every dimension is known to be a sane size. */
function elementCount(name: string, shape: readonly number[], field: readonly string[] | undefined): number {
  const refuse = (problem: string) => invalidTensor(`Input "${name}": ${problem}`, field, 'shape');
  if (shape.length > MAX_RANK) throw refuse(`expected at most ${MAX_RANK} dimensions, got ${shape.length}`);
  let count = 1;
  let extent = 1;
  for (const [index, size] of shape.entries()) {
    if (!Number.isInteger(size) || size < 0)
      throw refuse(
        `expected whole sizes of 0 or more in its shape, got ${describe(size)} at dimension ${index}`,
      );
    count *= size;
    extent *= Math.max(size, 1);
    if (extent > MAX_ELEMENTS)
      throw refuse(
        `shape ${formatShape(shape)} is larger than ${MAX_ELEMENTS} elements, the most a tensor may have`,
      );
  }
  return count;
}

/** Refuses arrays whose nesting is not exactly the shape's; after it, every leaf array is at the last dimension. */
function checkNesting(
  data: readonly unknown[],
  shape: readonly number[],
  depth: number,
  path: string,
  refuse: (problem: string) => Error,
): void {
  const size = shape[depth];
  const nested = formatShape(shape);
  if (size === undefined) throw refuse(`data${path} is nested deeper than shape ${nested} has dimensions`);
  if (data.length !== size)
    throw refuse(`shape ${nested} needs ${size} entries in data${path}, got ${data.length}`);
  const isLeaf = depth === shape.length - 1;
  for (let index = 0; index < data.length; index += 1) {
    const entry = data[index];
    if (isLeaf) {
      if (Array.isArray(entry))
        throw refuse(`data${path}[${index}] is nested deeper than shape ${nested} has dimensions`);
    } else if (Array.isArray(entry)) checkNesting(entry, shape, depth + 1, `${path}[${index}]`, refuse);
    else throw refuse(`shape ${nested} needs an array at data${path}[${index}], got ${describe(entry)}`);
  }
}

/** The innermost arrays, in row-major order. */
function* leafArrays(data: readonly unknown[], depth: number): Generator<readonly unknown[]> {
  if (depth === 0) yield data;
  else for (const entry of data) yield* leafArrays(entry as readonly unknown[], depth - 1);
}
