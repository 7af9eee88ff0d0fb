import { Best } from './best.js';
import type { Rows } from './column-scaling.js';
import { KdTree } from './kd-tree.js';

export interface Near {
  /** Its place among the rows. */
  readonly row: number;
  /** Root mean square of the differences of the columns: about 1 for two rows at random. */
  readonly distance: number;
}

export interface Without {
  /** The row itself. */
  readonly row?: number;
  /** Rows that are equal to the one asked about, wherever they came from. */
  readonly equals?: boolean;
}

/** In more dimensions a tree visits nearly every row, and comparing them all is quicker. */
const MAX_TREE_WIDTH = 16;
const MIN_TREE_ROWS = 128;

/** Finds the nearest of many rows, always the same ones as by comparing with each of them. */
export class Neighbourhood {
  private readonly tree: KdTree | null;

  constructor(readonly rows: Rows) {
    const { count, width } = rows;
    this.tree = width <= MAX_TREE_WIDTH && count >= MIN_TREE_ROWS ? new KdTree(rows) : null;
  }

  /** The `most` nearest, nearest first; of two at one distance, the first. @param asked scaled as the rows are */
  nearest(asked: ArrayLike<number>, most: number, without: Without = {}): Near[] {
    const { width } = this.rows;
    const best = new Best(most);
    // In FP32, as the rows are kept: else a row would be at some distance from itself.
    const point = Float32Array.from({ length: width }, (_, at) => asked[at] ?? NaN);
    const offer = (row: number, cost: number) => {
      if (row !== without.row && (cost > 0 || without.equals !== true)) best.offer(row, cost);
    };
    if (this.tree !== null) this.tree.visit(point, best, offer);
    else visitAll(this.rows, point, best, offer);
    return best.all().map(({ row, cost }) => ({ row, distance: Math.sqrt(cost / Math.max(width, 1)) }));
  }
}

function visitAll(
  { count, width, data }: Rows,
  point: Float32Array,
  best: Best,
  offer: (row: number, cost: number) => void,
): void {
  for (let row = 0; row < count; row += 1) {
    const { limit } = best;
    const from = row * width;
    let sum = 0;
    for (let at = 0; at < width && sum < limit; at += 1) {
      const difference = (point[at] ?? NaN) - (data[from + at] ?? 0);
      sum += difference * difference;
    }
    if (sum < limit) offer(row, sum);
  }
}

/** The mean over the nearest; Infinity without any. */
export function meanDistance(near: readonly Near[]): number {
  if (near.length === 0) return Infinity;
  return near.reduce((sum, { distance }) => sum + distance, 0) / near.length;
}
