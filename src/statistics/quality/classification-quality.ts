import { type Counts, onceEach, orderOf, ranksOf } from './ranks.js';

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
  counts: Counts = onceEach(actual.length),
): ClassificationQuality {
  const ofActual = new Float64Array(classes);
  const ofPredicted = new Float64Array(classes);
  const ofBoth = new Float64Array(classes);
  let [total, right] = [0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] ?? 0;
    const [truth, said] = [actual[row] ?? 0, predicted[row] ?? 0];
    total += count;
    ofActual[truth] = (ofActual[truth] ?? 0) + count;
    ofPredicted[said] = (ofPredicted[said] ?? 0) + count;
    if (truth !== said) continue;
    ofBoth[truth] = (ofBoth[truth] ?? 0) + count;
    right += count;
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
    f1 += (2 * (ofBoth[one] ?? 0)) / (actually + said);
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

/**
 * Of rows that are looked at again and again, each time with other counts.
 *
 * @param probabilities rows × classes
 */
export function probabilityQuality(
  probabilities: Float64Array,
  actual: Int32Array,
  classes: number,
): (counts?: Counts) => ProbabilityQuality {
  const asked = classes === 2 ? [1] : Array.from({ length: classes }, (_, one) => one);
  const areas = asked.map((one) =>
    areaUnderCurve(
      Float64Array.from(actual, (_, row) => probabilities[row * classes + one] ?? 0),
      actual.map((truth) => (truth === one ? 1 : 0)),
    ),
  );
  return (counts = onceEach(actual.length)) => {
    let [rows, logLoss, brier] = [0, 0, 0];
    for (let row = 0; row < counts.length; row++) {
      const count = counts[row] ?? 0;
      if (count === 0) continue;
      rows += count;
      const truth = actual[row] ?? 0;
      logLoss -= count * Math.log(Math.min(1, Math.max(1e-15, probabilities[row * classes + truth] ?? 0)));
      for (const one of asked)
        brier += count * ((probabilities[row * classes + one] ?? 0) - (one === truth ? 1 : 0)) ** 2;
    }
    const known = areas.map((area) => area(counts)).filter((area) => !Number.isNaN(area));
    const rocAuc = known.length === 0 ? NaN : known.reduce((sum, area) => sum + area, 0) / known.length;
    return { logLoss: logLoss / rows, brier: brier / rows, rocAuc };
  };
}

/** The chance that a positive scores above a negative (Mann-Whitney); ties count half. NaN without either kind. */
export function areaUnderCurve(scores: Float64Array, isPositive: Int32Array): (counts?: Counts) => number {
  const order = orderOf(scores);
  return (counts = onceEach(scores.length)) => {
    const ranks = ranksOf(scores, order, counts);
    let [positives, total, sum] = [0, 0, 0];
    for (let row = 0; row < counts.length; row++) {
      const count = counts[row] ?? 0;
      total += count;
      if (isPositive[row] !== 1) continue;
      positives += count;
      sum += count * (ranks[row] ?? 0);
    }
    const negatives = total - positives;
    if (positives === 0 || negatives === 0) return NaN;
    return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
  };
}
