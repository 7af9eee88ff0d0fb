import {
  type Coalition,
  coalitionValues,
  everyone,
  type Game,
  nobody,
  type Solution,
} from '../games/game.js';
import { PairedRegression, type PairedEstimate } from './paired-regression.js';

export interface KernelOptions {
  readonly random: () => number;
  /** Coalitions to ask at most, beside everyone and nobody. */
  readonly maxCoalitions: number;
  /** Stops when the widest error bar is at most this share of the span of the attributions. */
  readonly tolerance: number;
  /** Whether so many more coalitions may be asked: rows and time of the budget. */
  readonly allows: (coalitions: number) => boolean;
  /** Gives others their turn. */
  readonly pause: () => Promise<unknown>;
  /** What is thrown when no answer was reached. */
  readonly refuse: (needed: string) => Error;
}

/** Error bars are trusted from so many pairs for each unknown on. */
const PAIRS_PER_PLAYER = 4;
const FEWEST_PAIRS = 128;
/** Multiplications between two pauses: one or two milliseconds. */
const OPERATIONS = 1_000_000;

/**
 * Kernel SHAP (Lundberg and Lee 2017): Shapley values by regression over coalitions drawn with the probability of the kernel
 * (M−1)/(C(M,s)·s·(M−s)), each together with its complement (Covert and Lee 2021), which halves the variance and more. The sum
 * is held to v(all) − v(none). Error bars are of the regression's sandwich covariance over the pairs.
 *
 * @throws what `refuse` makes when the budget ends before the fewest pairs were asked; what the game throws
 */
export async function kernelShap(game: Game, options: KernelOptions): Promise<Solution> {
  const players = game.players.length;
  const ends = await coalitionValues(game, [nobody(players), everyone(players)]);
  const [baseValue = NaN, value = NaN] = ends;
  const gain = value - baseValue;
  if (players === 1)
    return {
      baseValue,
      value,
      attributions: Float64Array.of(gain),
      errors: new Float64Array(1),
      converged: true,
      notes: ['One player has the whole difference.'],
    };
  const fewest = Math.max(FEWEST_PAIRS, PAIRS_PER_PLAYER * players);
  const draw = new CoalitionDraw(players, options.random);
  const regression = new PairedRegression(players, gain);
  const known = new Map<string, number>();
  const most = Math.floor(options.maxCoalitions / 2);
  let estimate: PairedEstimate | null = null;
  let next = fewest;
  const part = Math.max(1, Math.min(64, Math.floor(OPERATIONS / players ** 2)));
  let isAffordable = true;
  while (isAffordable && regression.pairs < most) {
    const until = Math.min(next, most);
    while (regression.pairs < until) {
      const count = Math.min(part, until - regression.pairs);
      const pairs = Array.from({ length: count }, () => draw.next());
      const fresh = freshOf(pairs, known);
      isAffordable = options.allows(fresh.length);
      if (!isAffordable) break;
      const answers = await coalitionValues(game, fresh);
      for (const [place, coalition] of fresh.entries()) known.set(keyOf(coalition), answers[place] ?? NaN);
      for (const pair of pairs)
        regression.add(
          pair,
          (known.get(keyOf(pair)) ?? NaN) - baseValue,
          (known.get(keyOf(complement(pair))) ?? NaN) - baseValue,
        );
      await options.pause();
    }
    estimate = regression.pairs < fewest ? null : await regression.estimate(options.pause);
    if (estimate !== null && isClose(estimate, options.tolerance)) break;
    next = Math.ceil(regression.pairs * 1.5);
  }
  if (estimate === null)
    throw options.refuse(
      `Kernel SHAP of ${players} players needs ${2 * fewest} coalitions of ${game.backgrounds} rows each at least, and ${2 * regression.pairs} were reached`,
    );
  const converged = isClose(estimate, options.tolerance);
  const percent = (100 * options.tolerance).toFixed(1).replace(/\.0$/, '');
  return {
    baseValue,
    value,
    attributions: estimate.values,
    errors: estimate.halfWidths,
    converged,
    notes: [
      `${2 * regression.pairs} coalitions were drawn in pairs, ${known.size + 2} different ones asked. ${
        converged
          ? `Stopped when the widest 95 % error bar was at most ${percent} % of the span of the attributions.`
          : `The budget ended before the widest 95 % error bar was at most ${percent} % of the span of the attributions; it is ${(100 * widestOf(estimate)).toFixed(1)} %.`
      }`,
    ],
  };
}

function isClose(estimate: PairedEstimate, tolerance: number): boolean {
  return widestOf(estimate) <= tolerance;
}

function widestOf({ values, halfWidths }: PairedEstimate): number {
  const widest = Math.max(...halfWidths);
  if (widest === 0) return 0;
  const span = Math.max(...values, 0) - Math.min(...values, 0);
  return span === 0 ? Infinity : widest / span;
}

/** Draws sizes by 1/(s(M−s)), then members evenly. */
export class CoalitionDraw {
  private readonly upTo: number[] = [];

  constructor(
    private readonly players: number,
    private readonly random: () => number,
  ) {
    let sum = 0;
    for (let size = 1; size < players; size += 1) this.upTo.push((sum += 1 / (size * (players - size))));
  }

  next(): Coalition {
    const { players, random, upTo } = this;
    const place = random() * (upTo.at(-1) ?? 0);
    const size = Math.min(players - 1, 1 + upTo.findIndex((bound) => place < bound));
    const coalition = nobody(players);
    const order = Array.from({ length: players }, (_, player) => player);
    for (let at = 0; at < Math.max(1, size); at += 1) {
      const other = at + Math.floor(random() * (players - at));
      const chosen = order[other] ?? 0;
      order[other] = order[at] ?? 0;
      coalition[chosen] = 1;
    }
    return coalition;
  }
}

export function complement(coalition: Coalition): Coalition {
  return coalition.map((present) => 1 - present);
}

function freshOf(pairs: readonly Coalition[], known: ReadonlyMap<string, number>): Coalition[] {
  const fresh = new Map<string, Coalition>();
  for (const pair of pairs)
    for (const coalition of [pair, complement(pair)]) {
      const key = keyOf(coalition);
      if (!known.has(key)) fresh.set(key, coalition);
    }
  return [...fresh.values()];
}

function keyOf(coalition: Coalition): string {
  return String.fromCharCode(...coalition);
}
