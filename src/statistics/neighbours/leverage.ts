import type { Rows } from './column-scaling.js';

/**
 * How far out a row lies for a linear fit of the columns to the training rows: h = xᵀ(XᵀX)⁻¹x with an intercept. Beyond
 * h* = 3p/n, with p the fitted parameters, a prediction is an extrapolation. Williams plot of the OECD's (Q)SAR guidance
 * (ENV/JM/MONO(2007)2); Tropsha, Gramatica and Gombar, QSAR Comb. Sci. 22:69 (2003).
 */
export interface Leverage {
  readonly count: number;
  /** Of the scaled columns those that do not follow from others; what depends on them adds nothing to the hat matrix. */
  readonly independent: Int32Array;
  /** Lower triangle of Cholesky's factor of their correlations, row by row. */
  readonly factor: Float64Array;
  /** h* = 3p/n, p the independent columns and the intercept. */
  readonly limit: number;
}

/** Of a column's variance: what is left below it, once others are taken out, is rounding. */
const DEPENDENT = 1e-7;

/** @param rows scaled: each column with mean 0 and deviation 1 */
export function fitLeverage(rows: Rows): Leverage {
  const correlations = correlationsOf(rows);
  const { width, count } = rows;
  const order = Array.from({ length: width }, (_, column) => column);
  // Cholesky with pivots: the column with the most variance of its own comes next, until none has any.
  const lower: Float64Array[] = order.map(() => new Float64Array(width));
  const own = Float64Array.from(order, (column) => correlations[column * width + column] ?? 0);
  let rank = 0;
  for (; rank < width; rank += 1) {
    let best = rank;
    for (let at = rank + 1; at < width; at += 1)
      if ((own[order[at] ?? 0] ?? 0) > (own[order[best] ?? 0] ?? 0)) best = at;
    [order[rank], order[best]] = [order[best] ?? 0, order[rank] ?? 0];
    const pivot = order[rank] ?? 0;
    const variance = own[pivot] ?? 0;
    if (variance <= DEPENDENT) break;
    const root = Math.sqrt(variance);
    const pivotRow = lower[pivot] ?? new Float64Array(width);
    pivotRow[rank] = root;
    for (let at = rank + 1; at < width; at += 1) {
      const column = order[at] ?? 0;
      const row = lower[column] ?? new Float64Array(width);
      let sum = correlations[column * width + pivot] ?? 0;
      for (let k = 0; k < rank; k += 1) sum -= (row[k] ?? 0) * (pivotRow[k] ?? 0);
      const value = sum / root;
      row[rank] = value;
      own[column] = (own[column] ?? 0) - value * value;
    }
  }
  const factor = new Float64Array((rank * (rank + 1)) / 2);
  for (let at = 0, place = 0; at < rank; at += 1)
    for (let k = 0; k <= at; k += 1) factor[place++] = lower[order[at] ?? 0]?.[k] ?? 0;
  return {
    count,
    independent: Int32Array.from(order.slice(0, rank)),
    factor,
    limit: (3 * (rank + 1)) / count,
  };
}

/** @param row scaled as the rows were */
export function leverageOf({ count, independent, factor }: Leverage, row: ArrayLike<number>): number {
  const rank = independent.length;
  const solved = new Float64Array(rank);
  let squares = 0;
  for (let at = 0, place = 0; at < rank; at += 1) {
    let sum = row[independent[at] ?? 0] ?? NaN;
    for (let k = 0; k < at; k += 1) sum -= (factor[place++] ?? 0) * (solved[k] ?? 0);
    const value = sum / (factor[place++] ?? 1);
    solved[at] = value;
    squares += value * value;
  }
  return 1 / count + squares / (count - 1);
}

function correlationsOf({ count, width, data }: Rows): Float64Array {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < count; row += 1) {
    const from = row * width;
    for (let a = 0; a < width; a += 1) {
      const value = data[from + a] ?? 0;
      for (let b = 0; b <= a; b += 1) {
        const place = a * width + b;
        sums[place] = (sums[place] ?? 0) + value * (data[from + b] ?? 0);
      }
    }
  }
  for (let a = 0; a < width; a += 1)
    for (let b = 0; b <= a; b += 1) {
      const value = (sums[a * width + b] ?? 0) / (count - 1);
      sums[a * width + b] = value;
      sums[b * width + a] = value;
    }
  return sums;
}
