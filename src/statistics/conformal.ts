/**
 * Split conformal prediction: scores of rows that a model was not fitted to say how far another row of the same kind is
 * off, at any level, whatever the model is. Coverage holds for rows that are exchangeable with the calibration's.
 * Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005); Lei et al., JASA 113:1094 (2018).
 */

/** Rounding of (n + 1) · level must not move a rank that is a whole number. */
const ROUNDING = 1e-9;

/** Which of `count` scores in ascending order bounds a share `level` of new ones, from 1: ⌈(n + 1) · level⌉. Beyond `count`: none does. */
export function conformalRank(count: number, level: number): number {
  const exact = (count + 1) * level;
  return Math.max(1, Math.ceil(exact - ROUNDING * (count + 1)));
}

/** How many scores a level needs for a finite bound. */
export function conformalNeeds(level: number): number {
  let count = Math.max(1, Math.floor(level / (1 - level)) - 1);
  while (conformalRank(count, level) > count) count += 1;
  return count;
}

/** The bound of a share `level` of new scores; Infinity where there are too few. @param sorted ascending */
export function conformalQuantile(sorted: ArrayLike<number>, level: number): number {
  return sorted[conformalRank(sorted.length, level) - 1] ?? Infinity;
}

/**
 * How far a prediction was off, in units of how hard its row was said to be: |measured − predicted| / difficulty.
 * Papadopoulos et al., Neural Networks 24:842 (2011).
 *
 * @param difficulty above 0; 1 where all rows are held to be equally hard
 */
export function residualScore(measured: number, predicted: number, difficulty = 1): number {
  return Math.abs(measured - predicted) / difficulty;
}

/**
 * The classes that cannot be excluded at a level: each against the scores 1 − p of the calibration's rows of that class, so
 * that a rare class is covered as often as a common one (class-conditional, or Mondrian).
 *
 * @param probabilities by class
 * @param scores of each class, ascending; a class without any is never excluded
 */
export function conformalSet(
  probabilities: ReadonlyMap<string, number>,
  scores: ReadonlyMap<string, ArrayLike<number>>,
  level: number,
): string[] {
  return [...probabilities]
    .filter(([name, probability]) => 1 - probability <= conformalQuantile(scores.get(name) ?? [], level))
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
}
