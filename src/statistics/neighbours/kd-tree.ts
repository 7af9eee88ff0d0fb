import type { Rows } from './column-scaling.js';

const LEAF_ROWS = 12;
/** Bounds are added up in another order than distances: by so much a bound may be too large. */
const ROUNDING = 1 + 1e-12;

interface Split {
  readonly column: number;
  /** The largest value of the lower side. */
  readonly lower: number;
  /** The smallest value of the upper side. */
  readonly upper: number;
  readonly below: Node;
  readonly above: Node;
}
/** Places in the order of rows: from, and before. */
interface Leaf {
  readonly from: number;
  readonly to: number;
}
type Node = Split | Leaf;

/**
 * Rows of few columns, halved again and again along the column that spreads most, so that most of them need not be compared.
 *
 * Source: Bentley, Multidimensional binary search trees used for associative searching, CACM 18 (1975) 509.
 */
export class KdTree {
  private readonly order: Int32Array;
  private readonly root: Node;

  constructor(private readonly rows: Rows) {
    const { count } = rows;
    // Rows with a number missing are at no distance from anything.
    this.order = Int32Array.from({ length: count }, (_, row) => row).filter((row) => this.isFinite(row));
    this.root = this.split(0, this.order.length);
  }

  /** Offers every row that may be among the best, with the sum of the squares of its differences. */
  visit(
    point: Float32Array,
    best: { readonly limit: number },
    offer: (row: number, cost: number) => void,
  ): void {
    if (!point.every(Number.isFinite)) return;
    const { width, data } = this.rows;
    // Of each column, the square of how far the point is outside of the part that is visited.
    const outside = new Float64Array(width);
    const visit = (node: Node, bound: number): void => {
      if (!('column' in node)) {
        for (let place = node.from; place < node.to; place += 1) {
          const row = this.order[place] ?? 0;
          let sum = 0;
          for (let at = 0, from = row * width; at < width; at += 1) {
            const difference = (point[at] ?? 0) - (data[from + at] ?? 0);
            sum += difference * difference;
          }
          offer(row, sum);
        }
        return;
      }
      const { column, lower, upper, below, above } = node;
      const value = point[column] ?? 0;
      const isBelow = value - lower < upper - value;
      visit(isBelow ? below : above, bound);
      const gap = isBelow ? Math.max(0, upper - value) : Math.max(0, value - lower);
      const before = outside[column] ?? 0;
      const square = Math.max(before, gap * gap);
      const farther = bound - before + square;
      // A row at exactly the limit may be an earlier one.
      if (farther > best.limit * ROUNDING) return;
      outside[column] = square;
      visit(isBelow ? above : below, farther);
      outside[column] = before;
    };
    visit(this.root, 0);
  }

  private isFinite(row: number): boolean {
    const { width, data } = this.rows;
    return data.subarray(row * width, (row + 1) * width).every(Number.isFinite);
  }

  private split(from: number, to: number): Node {
    if (to - from <= LEAF_ROWS) return { from, to };
    const column = this.widest(from, to);
    const { width, data } = this.rows;
    const value = (row: number) => data[row * width + column] ?? 0;
    this.order.subarray(from, to).sort((one, other) => value(one) - value(other));
    const middle = (from + to) >> 1;
    const lower = value(this.order[middle - 1] ?? 0);
    const upper = value(this.order[middle] ?? 0);
    return { column, lower, upper, below: this.split(from, middle), above: this.split(middle, to) };
  }

  private widest(from: number, to: number): number {
    const { width, data } = this.rows;
    let widest = 0;
    let spread = -1;
    for (let column = 0; column < width; column += 1) {
      let low = Infinity;
      let high = -Infinity;
      for (let place = from; place < to; place += 1) {
        const value = data[(this.order[place] ?? 0) * width + column] ?? 0;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (high - low > spread) {
        spread = high - low;
        widest = column;
      }
    }
    return widest;
  }
}
