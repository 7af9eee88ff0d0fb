import { coalitionValues, everyone, type Game, nobody, type Solution } from '../games/game.js';

/**
 * Occlusion (Zeiler and Fergus 2014): f(x) − f(x without the player), one player at a time. With a background the absent player's
 * values are averaged over its rows.
 */
export async function occlusion(game: Game): Promise<Solution> {
  const players = game.players.length;
  const without = Array.from({ length: players }, (_, player) => {
    const coalition = everyone(players);
    coalition[player] = 0;
    return coalition;
  });
  const answers = await coalitionValues(game, [everyone(players), nobody(players), ...without]);
  const [value = NaN, baseValue = NaN] = answers;
  return {
    baseValue,
    value,
    attributions: answers.slice(2).map((each) => value - each),
    errors: new Float64Array(players),
    converged: true,
    notes: ['One player was taken out at a time; such attributions need not sum to f(x) − base.'],
  };
}
