import { fromHalf, type DataType, type Tensor } from '../../tensors/index.js';

/** Largest difference, relative to max(1, |value|), that counts as rounding; other types must agree to the bit. */
const TOLERANCE: Partial<Record<DataType, number>> = { FP16: 2e-3, FP32: 1e-5, FP64: 1e-12 };

/** Largest relative difference; null when shapes differ or a difference is more than rounding. */
export function largestDifference(expected: readonly Tensor[], actual: readonly Tensor[]): number | null {
  let largest = 0;
  for (const [index, tensor] of expected.entries()) {
    const other = actual[index];
    if (other?.shape.join() !== tensor.shape.join() || other.data.length !== tensor.data.length) return null;
    const tolerance = TOLERANCE[tensor.datatype] ?? 0;
    for (let element = 0; element < tensor.data.length; element += 1) {
      const [a, b] = [valueAt(tensor, element), valueAt(other, element)];
      if (Object.is(a, b)) continue;
      if (typeof a !== 'number' || typeof b !== 'number') return null;
      const difference = Math.abs(a - b) / Math.max(1, Math.abs(a));
      if (!(difference <= tolerance)) return null;
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

/**
 * Whether answers to different rows differ anywhere. Where they do not, as when a graph knows none of the words it is
 * asked about or answers not-a-number, rows that were mixed up could not be told from rows that were not.
 */
export function tellsRowsApart(outputs: readonly Tensor[]): boolean {
  return outputs.some((tensor) => {
    const [rows = 0] = tensor.shape;
    const length = rows === 0 ? 0 : tensor.data.length / rows;
    for (let element = length; element < tensor.data.length; element += 1) {
      const [a, b] = [valueAt(tensor, element % length), valueAt(tensor, element)];
      if (a !== b && !Number.isNaN(a) && !Number.isNaN(b)) return true;
    }
    return false;
  });
}

function valueAt({ datatype, data }: Tensor, index: number): number | bigint | string | undefined {
  const value = data[index];
  return datatype === 'FP16' && typeof value === 'number' ? fromHalf(value) : value;
}
