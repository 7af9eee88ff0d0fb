import type { Rows } from './column-scaling.js';

export interface Near {
  /** Its place among the rows. */
  readonly row: number;
  /** Root mean square of the differences of the columns: about 1 for two rows at random. */
  readonly distance: number;
}

/** The so many best of what is offered, best first; the first offered wins a tie. */
export class Best {
  private readonly rows: number[] = [];
  private readonly costs: number[] = [];

  constructor(private readonly most: number) {}

  /** What costs as much or more is of no interest. */
  get limit(): number {
    return this.rows.length < this.most ? Infinity : (this.costs.at(-1) ?? Infinity);
  }

  offer(row: number, cost: number): void {
    if (!(cost < this.limit)) return;
    let at = this.costs.length;
    while (at > 0 && (this.costs[at - 1] ?? 0) > cost) at -= 1;
    this.rows.splice(at, 0, row);
    this.costs.splice(at, 0, cost);
    if (this.rows.length > this.most) {
      this.rows.pop();
      this.costs.pop();
    }
  }

  all(): { readonly row: number; readonly cost: number }[] {
    return this.rows.map((row, at) => ({ row, cost: this.costs[at] ?? Infinity }));
  }
}

export interface Without {
  /** The row itself. */
  readonly row?: number;
  /** Rows that are equal to the one asked about, wherever they came from. */
  readonly equals?: boolean;
}

/** The `most` rows nearest to one, nearest first. @param asked scaled as the rows are */
export function nearestRows(
  { count, width, data }: Rows,
  asked: ArrayLike<number>,
  most: number,
  without: Without = {},
): Near[] {
  const best = new Best(most);
  for (let row = 0; row < count; row += 1) {
    if (row === without.row) continue;
    const { limit } = best;
    const from = row * width;
    let sum = 0;
    for (let at = 0; at < width && sum < limit; at += 1) {
      // In FP32, as the rows are kept: else a row would be at some distance from itself.
      const difference = Math.fround(asked[at] ?? NaN) - (data[from + at] ?? 0);
      sum += difference * difference;
    }
    if (sum > 0 || without.equals !== true) best.offer(row, sum);
  }
  return best.all().map(({ row, cost }) => ({ row, distance: Math.sqrt(cost / Math.max(width, 1)) }));
}

/** The mean over the nearest; Infinity without any. */
export function meanDistance(near: readonly Near[]): number {
  if (near.length === 0) return Infinity;
  return near.reduce((sum, { distance }) => sum + distance, 0) / near.length;
}
