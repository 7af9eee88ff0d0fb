/** The so many best of what is offered, best first; of two that cost the same, the one with the lower number. */
export class Best {
  private readonly rows: Int32Array;
  private readonly costs: Float64Array;
  private count = 0;

  constructor(private readonly most: number) {
    this.rows = new Int32Array(most);
    this.costs = new Float64Array(most);
  }

  /** What costs more is of no interest. */
  get limit(): number {
    return this.count < this.most ? Infinity : (this.costs[this.most - 1] ?? Infinity);
  }

  offer(row: number, cost: number): void {
    const { rows, costs, most } = this;
    // What cannot be compared, or is infinitely far, is never among the best.
    if (!(cost < Infinity) || most === 0) return;
    if (this.count === most) {
      if (!isBetter(cost, row, costs[most - 1] ?? 0, rows[most - 1] ?? 0)) return;
      this.count -= 1;
    }
    let at = this.count;
    for (; at > 0 && isBetter(cost, row, costs[at - 1] ?? 0, rows[at - 1] ?? 0); at -= 1) {
      costs[at] = costs[at - 1] ?? 0;
      rows[at] = rows[at - 1] ?? 0;
    }
    costs[at] = cost;
    rows[at] = row;
    this.count += 1;
  }

  all(): { readonly row: number; readonly cost: number }[] {
    return Array.from({ length: this.count }, (_, at) => ({
      row: this.rows[at] ?? 0,
      cost: this.costs[at] ?? Infinity,
    }));
  }
}

function isBetter(cost: number, row: number, other: number, otherRow: number): boolean {
  return cost < other || (cost === other && row < otherRow);
}
