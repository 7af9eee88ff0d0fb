import { gaussLegendre } from '../../statistics/index.js';
import { leadsToYes } from './ensemble.js';
import type { ScalarForest } from './scalar-forest.js';

/** Who gets what of a forest's answer. */
export interface TreeAttributions {
  /** Of each player. */
  readonly values: Float64Array;
  /** What the answer is without any of them. */
  readonly baseValue: number;
}

/**
 * Path-dependent Shapley values of a forest (S. M. Lundberg et al., Nature Machine Intelligence 2, 56 (2020)): in the game
 * of a coalition S the trees follow the instance at nodes of players in S, and both branches, by the rows that reached
 * each, elsewhere.
 *
 * A leaf of value w pays w · Π o_j (j in S) · Π z_j (j not in S), where o_j says whether the instance follows all of
 * player j's branches to it and z_j is the share of rows that do. The Shapley value of i is the integral over q from 0 to 1 of
 * w (o_i − z_i) · Π_(j≠i) (q o_j + (1 − q) z_j) (the multilinear extension of G. Owen, Management Science 18, P64 (1972)),
 * a polynomial of degree D − 1 for D players on the path: ⌈D/2⌉ Gauss–Legendre points give it exactly. One walk through a
 * tree costs (nodes · points), without divisions by numbers that could vanish.
 *
 * @param columns of the instance
 * @param covers rows that reached each node; a node that none reached counts both branches as half
 * @param players of each column; -1 for none, which follows the instance in every coalition
 */
export function pathDependent(
  forest: ScalarForest,
  columns: Float64Array,
  covers: Float64Array,
  players: Int32Array,
  count: number,
): TreeAttributions {
  const walk = new Walk(forest, columns, covers, players, count);
  for (const root of forest.roots) walk.tree(root);
  return { values: walk.values, baseValue: forest.bias + walk.expectation };
}

class Walk {
  readonly values: Float64Array;
  expectation = 0;
  private readonly points: Float64Array;
  private readonly weights: Float64Array;
  /** Of every depth: the product of the players' factors at each point, and the sum of leaves below. */
  private readonly products: Float64Array;
  private readonly sums: Float64Array;
  /** Of every player on the path: whether the instance follows, and the share of rows. */
  private readonly follows: Float64Array;
  private readonly shares: Float64Array;

  constructor(
    private readonly forest: ScalarForest,
    private readonly columns: Float64Array,
    private readonly covers: Float64Array,
    private readonly players: Int32Array,
    count: number,
  ) {
    this.values = new Float64Array(count);
    const mostPlayers = Math.max(1, Math.min(forest.depth, count));
    const { points, weights } = gaussLegendre(Math.ceil(mostPlayers / 2), 0, 1);
    [this.points, this.weights] = [points, weights];
    this.products = new Float64Array((forest.depth + 1) * points.length).fill(1);
    this.sums = new Float64Array((forest.depth + 1) * points.length);
    this.follows = new Float64Array(count).fill(1);
    this.shares = new Float64Array(count).fill(1);
  }

  tree(root: number): void {
    this.visit(root, 0, 1);
  }

  /** @param reach share of rows that come here, whatever the players */
  private visit(node: number, depth: number, reach: number): void {
    const { forest, sums, products } = this;
    const size = this.points.length;
    const at = depth * size;
    if (forest.mode[node] === 0) {
      const value = forest.leaf[node] ?? 0;
      this.expectation += reach * value;
      for (let q = 0; q < size; q += 1) sums[at + q] = value * (products[at + q] ?? 0);
      return;
    }
    for (let q = 0; q < size; q += 1) sums[at + q] = 0;
    const column = forest.feature[node] ?? 0;
    const player = this.players[column] ?? -1;
    const goesYes = leadsToYes(forest, node, this.columns[column] ?? 0);
    const [yes, no] = [forest.yes[node] ?? 0, forest.no[node] ?? 0];
    if (player < 0) {
      this.single(goesYes ? yes : no, depth, reach);
      return;
    }
    const below = (this.covers[yes] ?? 0) + (this.covers[no] ?? 0);
    const yesShare = below > 0 ? (this.covers[yes] ?? 0) / below : 0.5;
    this.branch(yes, depth, reach * yesShare, player, goesYes ? 1 : 0, yesShare);
    this.branch(no, depth, reach * (1 - yesShare), player, goesYes ? 0 : 1, 1 - yesShare);
  }

  private single(child: number, depth: number, reach: number): void {
    const size = this.points.length;
    const [at, below] = [depth * size, (depth + 1) * size];
    this.products.copyWithin(below, at, below);
    this.visit(child, depth + 1, reach);
    this.sums.copyWithin(at, below, below + size);
  }

  private branch(
    child: number,
    depth: number,
    reach: number,
    player: number,
    goes: number,
    share: number,
  ): void {
    const { points, weights, products, sums, follows, shares } = this;
    const oldFollows = follows[player] ?? 1;
    const oldShare = shares[player] ?? 1;
    const [newFollows, newShare] = [oldFollows * goes, oldShare * share];
    // No coalition comes here.
    if (newFollows === 0 && newShare === 0) return;
    const size = points.length;
    const [at, below] = [depth * size, (depth + 1) * size];
    for (let q = 0; q < size; q += 1) {
      const point = points[q] ?? 0;
      const old = oldShare + point * (oldFollows - oldShare);
      const now = newShare + point * (newFollows - newShare);
      products[below + q] = ((products[at + q] ?? 0) * now) / old;
    }
    follows[player] = newFollows;
    shares[player] = newShare;
    this.visit(child, depth + 1, reach);
    follows[player] = oldFollows;
    shares[player] = oldShare;
    // The player's factor here takes the place of the one it had further up, for all leaves below.
    let part = 0;
    for (let q = 0; q < size; q += 1) {
      const point = points[q] ?? 0;
      const old = (oldFollows - oldShare) / (oldShare + point * (oldFollows - oldShare));
      const now = (newFollows - newShare) / (newShare + point * (newFollows - newShare));
      const sum = sums[below + q] ?? 0;
      part += (weights[q] ?? 0) * sum * (now - old);
      sums[at + q] = (sums[at + q] ?? 0) + sum;
    }
    this.values[player] = (this.values[player] ?? 0) + part;
  }
}
