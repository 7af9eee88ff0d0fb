import { type Asked, coalitionValues, everyone, type Game, nobody, type Solution } from '../games/game.js';
import { lasso, ridge } from '../regression/weighted-fit.js';

export const LIME_DISTANCES = ['EUCLIDEAN', 'COSINE'] as const;
export const LIME_MODELS = ['RIDGE', 'LASSO'] as const;

/** How a local model is fitted; defaults as of Ribeiro, Singh and Guestrin (2016). */
export interface LimeOptions {
  readonly samples: number;
  /** Of √exp(−d²/w²); null: 0.75·√d. */
  readonly kernelWidth: number | null;
  /** Between an instance and its samples, as 0/1 rows of the players that are kept. */
  readonly distance: (typeof LIME_DISTANCES)[number];
  readonly model: (typeof LIME_MODELS)[number];
  readonly alpha: number;
}

export const LIME_DEFAULTS: LimeOptions = {
  samples: 5_000,
  kernelWidth: null,
  distance: 'EUCLIDEAN',
  model: 'RIDGE',
  alpha: 1,
};

const AT_ONCE = 256;

/**
 * LIME (Ribeiro, Singh and Guestrin 2016): samples that keep each player with probability ½, the others from a random row of the
 * background; a linear model weighted by closeness. Attributions are its coefficients: what keeping the player adds, nearby.
 */
export async function lime(
  game: Game,
  options: LimeOptions,
  random: () => number,
  pause: () => Promise<unknown>,
): Promise<Solution> {
  const players = game.players.length;
  const whole = everyone(players);
  const rows = [whole];
  for (let sample = 1; sample < options.samples; sample += 1)
    rows.push(Uint8Array.from({ length: players }, () => (random() < 0.5 ? 1 : 0)));
  const values = new Float64Array(rows.length);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const asked = rows.slice(from, from + AT_ONCE).map((coalition): Asked => ({
      coalition,
      background: Math.floor(random() * game.backgrounds),
    }));
    values.set(await game.answers(asked), from);
    await pause();
  }
  const width = options.kernelWidth ?? 0.75 * Math.sqrt(players);
  const weights = Float64Array.from(rows, (row) => {
    const apart = distance(row, options.distance);
    return Math.sqrt(Math.exp(-(apart * apart) / (width * width)));
  });
  const data = { rows, values, weights };
  await pause();
  const fit = options.model === 'RIDGE' ? ridge(data, options.alpha) : lasso(data, options.alpha);
  const [base = NaN] = await coalitionValues(game, [nobody(players)]);
  return {
    baseValue: base,
    value: values[0] ?? NaN,
    attributions: fit.coefficients,
    errors: fit.halfWidths ?? new Float64Array(players),
    converged: true,
    notes: [
      `A ${options.model === 'RIDGE' ? 'ridge' : 'lasso'} model (α = ${options.alpha}) of ${rows.length} samples, weighted by √exp(−d²/w²) with w = ${Number(width.toPrecision(4))} and ${options.distance === 'COSINE' ? 'cosine' : 'Euclidean'} distance, explains ${(100 * fit.rSquared).toFixed(1)} % of their weighted variance; its intercept is ${Number(fit.intercept.toPrecision(6))}.`,
      ...(fit.halfWidths === null ? ['A lasso has no error bars: they are shown as 0.'] : []),
      'Coefficients of a local model need not sum to f(x) − base.',
    ],
  };
}

/** From the row that keeps everyone. */
function distance(row: Uint8Array, kind: LimeOptions['distance']): number {
  const kept = row.reduce((sum, present) => sum + present, 0);
  if (kind === 'EUCLIDEAN') return Math.sqrt(row.length - kept);
  return kept === 0 ? 1 : 1 - Math.sqrt(kept / row.length);
}
