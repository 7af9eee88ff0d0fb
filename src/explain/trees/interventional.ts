import { leadsToYes } from './ensemble.js';
import type { ScalarForest } from './scalar-forest.js';

/**
 * Interventional Shapley values of a forest against one row (S. M. Lundberg et al., Nature Machine Intelligence 2, 56
 * (2020)): players of a coalition have the instance's values, the others the row's. Both are followed at once; where they
 * part, the coalitions of a leaf are those with all players of A (instance's way) and none of B (row's way), whose Shapley
 * weights are (a−1)! b! / (a+b)! for A and −a! (b−1)! / (a+b)! for B.
 */
export class Interventional {
  /** Added up over all rows given. */
  readonly values: Float64Array;
  private readonly side: Uint8Array;
  private readonly forA: readonly Float64Array[];
  private readonly forB: readonly Float64Array[];
  private rowValues: Float64Array;
  /** Players that got something from the present row. */
  private readonly touched: number[] = [];
  private plus = 0;
  private minus = 0;
  private row: Float64Array;

  /**
   * @param columns of the instance
   * @param players of each column; -1 for none, which has the instance's value in every coalition
   */
  constructor(
    private readonly forest: ScalarForest,
    private readonly columns: Float64Array,
    private readonly players: Int32Array,
    count: number,
  ) {
    this.values = new Float64Array(count);
    this.rowValues = new Float64Array(count);
    this.side = new Uint8Array(count);
    this.row = columns;
    const most = Math.min(forest.depth, count) + 1;
    this.forA = weightTable(most, (a, b) => (a === 0 ? 0 : 1 / (a * binomial(a + b, b))));
    this.forB = weightTable(most, (a, b) => (b === 0 ? 0 : -1 / (b * binomial(a + b, b))));
  }

  /** @returns each player's part of f(instance) − f(row); overwritten by the next call */
  against(row: Float64Array): Float64Array {
    this.row = row;
    for (const player of this.touched) this.rowValues[player] = 0;
    this.touched.length = 0;
    for (const root of this.forest.roots) this.visit(root, 0, 0);
    for (const player of new Set(this.touched))
      this.values[player] = (this.values[player] ?? 0) + (this.rowValues[player] ?? 0);
    return this.rowValues;
  }

  /** Leaves what the leaves below pay to a player of A in `plus`, and of B in `minus`. */
  private visit(node: number, a: number, b: number): void {
    const { forest } = this;
    let at = node;
    for (;;) {
      if (forest.mode[at] === 0) {
        const value = forest.leaf[at] ?? 0;
        this.plus = value * (this.forA[a]?.[b] ?? 0);
        this.minus = value * (this.forB[a]?.[b] ?? 0);
        return;
      }
      const column = forest.feature[at] ?? 0;
      const player = this.players[column] ?? -1;
      const mine = leadsToYes(forest, at, this.columns[column] ?? 0);
      const side = player < 0 ? A : (this.side[player] ?? 0);
      if (side === A) {
        at = (mine ? forest.yes[at] : forest.no[at]) ?? 0;
        continue;
      }
      const theirs = leadsToYes(forest, at, this.row[column] ?? 0);
      if (side === B || mine === theirs) {
        at = (theirs ? forest.yes[at] : forest.no[at]) ?? 0;
        continue;
      }
      this.part(at, player, mine, a, b);
      return;
    }
  }

  private part(node: number, player: number, mine: boolean, a: number, b: number): void {
    const [yes, no] = [this.forest.yes[node] ?? 0, this.forest.no[node] ?? 0];
    this.side[player] = A;
    this.visit(mine ? yes : no, a + 1, b);
    const [plus, minus] = [this.plus, this.minus];
    this.side[player] = B;
    this.visit(mine ? no : yes, a, b + 1);
    this.side[player] = 0;
    this.touched.push(player);
    this.rowValues[player] = (this.rowValues[player] ?? 0) + plus + this.minus;
    this.plus += plus;
    this.minus += minus;
  }
}

const A = 1;
const B = 2;

function weightTable(size: number, weight: (a: number, b: number) => number): Float64Array[] {
  return Array.from({ length: size }, (_, a) =>
    Float64Array.from({ length: size - a }, (_, b) => weight(a, b)),
  );
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
  return result;
}
