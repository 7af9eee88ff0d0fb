import { type Coalition, coalitionValues, type Game, type Solution } from '../games/game.js';

/** All subsets of more would be too many rows for a request. */
export const MAX_EXACT_PLAYERS = 12;

/**
 * Shapley values by their definition (Shapley 1953): φᵢ = Σ over S without i of |S|!(M−|S|−1)!/M! · (v(S ∪ i) − v(S)). All 2^M
 * coalitions are asked.
 *
 * @throws DomainError what the game throws
 */
export async function exactShapley(game: Game): Promise<Solution> {
  const players = game.players.length;
  const subsets = 2 ** players;
  const coalitions = Array.from({ length: subsets }, (_, bits) => coalitionOf(bits, players));
  const values = await coalitionValues(game, coalitions);
  return {
    baseValue: values[0] ?? NaN,
    value: values[subsets - 1] ?? NaN,
    attributions: shapleyOf(values, players),
    errors: new Float64Array(players),
    converged: true,
    notes: [`All ${subsets} coalitions of ${players} players were asked.`],
  };
}

/** @param values v of every coalition, by its members as bits */
export function shapleyOf(values: Float64Array, players: number): Float64Array {
  const weights = sizeWeights(players);
  const attributions = new Float64Array(players);
  for (let bits = 0; bits < values.length; bits += 1) {
    const weight = weights[bitsIn(bits)] ?? 0;
    for (let player = 0; player < players; player += 1) {
      const bit = 1 << player;
      if ((bits & bit) !== 0) continue;
      const gain = (values[bits | bit] ?? NaN) - (values[bits] ?? NaN);
      attributions[player] = (attributions[player] ?? 0) + weight * gain;
    }
  }
  return attributions;
}

/** s!(M−s−1)!/M! by s. */
function sizeWeights(players: number): number[] {
  const weights: number[] = [];
  let weight = 1 / players;
  for (let size = 0; size < players; size += 1) {
    weights.push(weight);
    weight *= (size + 1) / (players - size - 1);
  }
  return weights;
}

function coalitionOf(bits: number, players: number): Coalition {
  return Uint8Array.from({ length: players }, (_, player) => (bits >> player) & 1);
}

function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
