import { NARROW } from './narrow-types.js';
import { nearestNarrow } from './narrow-values.js';
import { invalidTensor } from './tensor-error.js';
import type { Tensor, TensorSpec } from './tensor.js';

/**
 * A graph that computes in a narrow number format is sent a wider one; what the narrow one cannot hold would become
 * another number without a word.
 *
 * @throws DomainError INVALID_TENSOR
 */
export function checkNarrowValues(tensor: Tensor, spec: TensorSpec, field: readonly string[]): void {
  const { storedAs } = spec;
  if (storedAs === undefined) return;
  const values = tensor.data as ArrayLike<number>;
  const nearest = nearestNarrow(storedAs);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    const held = nearest(value);
    if (held === value || (Number.isNaN(held) && Number.isNaN(value))) continue;
    throw invalidTensor(
      `Input "${spec.name}": ${value} at index ${index} is no ${NARROW[storedAs].name}, as the graph takes it; the nearest is ${held}. Round the values before you send them`,
      field,
      'data',
    );
  }
}
