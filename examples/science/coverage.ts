import { seededRandom } from '../../src/platform/seeded-random.js';
import { conformalQuantile, logBeta } from '../../src/statistics/index.js';

export interface Coverage {
  readonly level: number;
  /** Rows that intervals are made from in a split, and rows that they are tried on. */
  readonly calibration: number;
  readonly tried: number;
  /** Of the first split. */
  readonly once: number;
  /** Where 95 of 100 right intervals would lie, by chance alone, on one split. */
  readonly expected: { readonly low: number; readonly high: number };
  readonly splits: number;
  /** Over all splits. */
  readonly mean: number;
}

/**
 * Divides residuals at random, half and half, makes the interval of one half and counts how many of the other it covers.
 *
 * @param residuals |measured − predicted| of rows that the model had not seen
 */
export function coverageOf(residuals: readonly number[], level = 0.9, splits = 100): Coverage {
  const random = seededRandom(2004);
  const calibration = Math.floor(residuals.length / 2);
  const tried = residuals.length - calibration;
  const covered = Array.from({ length: splits }, () => {
    const shuffled = shuffle(residuals, random);
    const bound = conformalQuantile(
      shuffled.slice(0, calibration).sort((a, b) => a - b),
      level,
    );
    return shuffled.slice(calibration).filter((residual) => residual <= bound).length / tried;
  });
  return {
    level,
    calibration,
    tried,
    once: covered[0] ?? NaN,
    expected: expectedCoverage(calibration, tried, level),
    splits,
    mean: covered.reduce((sum, share) => sum + share, 0) / splits,
  };
}

/**
 * The middle 95 % of what a right interval covers of `tried` rows. Given its `calibration` rows, coverage is distributed as
 * Beta(n + 1 − l, l) with l = ⌊(n + 1)(1 − level)⌋ (Vovk, Machine Learning 92, 349 (2013)); counted on rows, as the binomial
 * distribution mixed with that.
 */
export function expectedCoverage(
  calibration: number,
  tried: number,
  level: number,
): { readonly low: number; readonly high: number } {
  const left = Math.floor((calibration + 1) * (1 - level) + 1e-9);
  const [a, b] = [calibration + 1 - left, left];
  let below = 0;
  let low: number | undefined;
  for (let count = 0; count <= tried; count += 1) {
    const choose = -Math.log(tried + 1) - logBeta(count + 1, tried - count + 1);
    below += Math.exp(choose + logBeta(count + a, tried - count + b) - logBeta(a, b));
    if (low === undefined && below >= 0.025) low = count / tried;
    if (below >= 0.975) return { low: low ?? 0, high: count / tried };
  }
  return { low: low ?? 0, high: 1 };
}

/** Fisher and Yates. */
export function shuffle<Value>(values: readonly Value[], random: () => number): Value[] {
  const shuffled = [...values];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as Value, shuffled[last] as Value];
  }
  return shuffled;
}
