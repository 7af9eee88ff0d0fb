/** The value that a share of the others does not exceed: the ⌈n · share⌉-th smallest. NaN without any. */
export function valueAtShare(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(sorted.length * share - 1e-9)));
  return sorted[rank - 1] ?? NaN;
}
