import type { NumberBlock } from '../platform/json/index.js';
import { elementSink } from './elements.js';
import type { DataType } from './data-types.js';
import type { DecodedBytes } from './tensor-bytes.js';
import { describe, formatShape } from './tensor-error.js';

/**
 * What is wrong with the nesting of a block, in the words for arrays. Flat, it has the elements in row-major order; nested
 * it must be nested as the shape. A block is even, so what is wrong anywhere is wrong at its first entries.
 */
export function nestingProblem(
  block: NumberBlock,
  shape: readonly number[],
  count: number,
): string | undefined {
  const nested = formatShape(shape);
  if (block.shape.length === 1)
    return block.length === count ? undefined : `shape ${nested} holds ${count} values, got ${block.length}`;
  for (const [depth, size] of block.shape.entries()) {
    const path = '[0]'.repeat(depth);
    const wanted = shape[depth];
    if (wanted === undefined) return `data${path} is nested deeper than shape ${nested} has dimensions`;
    if (wanted !== size) return `shape ${nested} needs ${wanted} entries in data${path}, got ${size}`;
  }
  if (block.shape.length === shape.length) return undefined;
  return `shape ${nested} needs an array at data${'[0]'.repeat(block.shape.length)}, got ${describe(block.at(0))}`;
}

/** Copies: the values go to a thread, and the request recorder reads the block once more. */
export function fromBlock(block: NumberBlock, datatype: DataType, count: number): DecodedBytes {
  if (!block.booleans && (datatype === 'FP32' || datatype === 'FP64')) {
    const values = datatype === 'FP32' ? new Float32Array(block.values) : block.values.slice();
    if (datatype === 'FP64' || sameFiniteness(values, block.values)) return { values: values };
  }
  const sink = elementSink(datatype, count);
  if (block.isWide && (datatype === 'INT64' || datatype === 'UINT64')) {
    let index = 0;
    for (const value of block.elements()) {
      const problem = sink.put(index, value);
      if (problem !== undefined) return { problem };
      index += 1;
    }
  } else {
    for (let index = 0; index < count; index += 1) {
      const problem = sink.put(index, block.at(index));
      if (problem !== undefined) return { problem };
    }
  }
  return { values: sink.values };
}

/** Whether every finite number is still one, now that it is held in fewer bits. */
function sameFiniteness(held: ArrayLike<number>, given: Float64Array): boolean {
  for (let index = 0; index < given.length; index += 1)
    if (Number.isFinite(held[index]) !== Number.isFinite(given[index])) return false;
  return true;
}
