import type { Rows } from '../../statistics/index.js';

/** Columns whose every value can be told from others; those of 0 and 1 apart. */
export function columnKinds({ count, width, data }: Rows): { dense: number[]; bits: number[] } {
  const dense: number[] = [];
  const bits: number[] = [];
  for (let column = 0; column < width; column += 1) {
    let isBit = true;
    let isFinite = true;
    for (let row = 0; row < count && isFinite; row += 1) {
      const value = data[row * width + column] ?? NaN;
      isFinite = Number.isFinite(value);
      isBit &&= value === 0 || value === 1;
    }
    if (isFinite) (isBit ? bits : dense).push(column);
  }
  return { dense, bits };
}
