import { ranksOf } from './ranks.js';

/** How labels agree; each class by its place in a list. */
export interface ClassificationQuality {
  readonly accuracy: number;
  /** Mean over the classes that occur of the harmonic mean of precision and recall. */
  readonly f1: number;
  /** Matthews' correlation coefficient, for any number of classes (Gorodkin 2004); 0 where one side is always the same. */
  readonly mcc: number;
}

export function classificationQuality(
  predicted: Int32Array,
  actual: Int32Array,
  classes: number,
): ClassificationQuality {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < actual.length; row++)
    counts[(actual[row] ?? 0) * classes + (predicted[row] ?? 0)]! += 1;
  const total = actual.length;
  const ofActual = new Float64Array(classes);
  const ofPredicted = new Float64Array(classes);
  let right = 0;
  for (let one = 0; one < classes; one++)
    for (let other = 0; other < classes; other++) {
      const count = counts[one * classes + other] ?? 0;
      ofActual[one]! += count;
      ofPredicted[other]! += count;
      if (one === other) right += count;
    }
  let [f1, occurring, products, squaresActual, squaresPredicted] = [0, 0, 0, 0, 0];
  for (let one = 0; one < classes; one++) {
    const actually = ofActual[one] ?? 0;
    const said = ofPredicted[one] ?? 0;
    products += actually * said;
    squaresActual += actually ** 2;
    squaresPredicted += said ** 2;
    if (actually + said === 0) continue;
    occurring += 1;
    f1 += (2 * (counts[one * classes + one] ?? 0)) / (actually + said);
  }
  const spread = Math.sqrt((total ** 2 - squaresPredicted) * (total ** 2 - squaresActual));
  return {
    accuracy: right / total,
    f1: f1 / Math.max(1, occurring),
    mcc: spread === 0 ? 0 : (right * total - products) / spread,
  };
}

/** How probabilities agree with what was the case. */
export interface ProbabilityQuality {
  /** Mean of −ln of what the true class was given, no less than 1e-15. */
  readonly logLoss: number;
  /** Mean squared distance from the truth: of the second class where there are two, else summed over the classes. */
  readonly brier: number;
  /** Area under the curve: of the second class where there are two, else the mean over the classes, each against the rest. */
  readonly rocAuc: number;
}

/** @param probabilities rows × classes */
export function probabilityQuality(
  probabilities: Float64Array,
  actual: Int32Array,
  classes: number,
): ProbabilityQuality {
  const rows = actual.length;
  let [logLoss, brier] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const truth = actual[row] ?? 0;
    const given = Math.min(1, Math.max(1e-15, probabilities[row * classes + truth] ?? 0));
    logLoss -= Math.log(given);
    for (let one = classes === 2 ? 1 : 0; one < classes; one++)
      brier += ((probabilities[row * classes + one] ?? 0) - (one === truth ? 1 : 0)) ** 2;
  }
  return { logLoss: logLoss / rows, brier: brier / rows, rocAuc: meanArea(probabilities, actual, classes) };
}

function meanArea(probabilities: Float64Array, actual: Int32Array, classes: number): number {
  const rows = actual.length;
  const asked = classes === 2 ? [1] : Array.from({ length: classes }, (_, one) => one);
  const areas = asked.map((one) => {
    const scores = Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes + one] ?? 0);
    return areaUnderCurve(
      scores,
      actual.map((truth) => (truth === one ? 1 : 0)),
    );
  });
  const known = areas.filter((area) => !Number.isNaN(area));
  return known.length === 0 ? NaN : known.reduce((sum, area) => sum + area, 0) / known.length;
}

/** The chance that a positive scores above a negative (Mann-Whitney); ties count half. NaN without either kind. */
export function areaUnderCurve(scores: Float64Array, isPositive: Int32Array): number {
  const ranks = ranksOf(scores);
  let [positives, sum] = [0, 0];
  for (let row = 0; row < ranks.length; row++) {
    if (isPositive[row] !== 1) continue;
    positives += 1;
    sum += ranks[row] ?? 0;
  }
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
