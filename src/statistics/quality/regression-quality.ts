import { correlation, type Counts, onceEach, orderOf, ranksOf } from './ranks.js';

/** How far predictions are from measurements, in their unit where they have one. */
export interface RegressionQuality {
  readonly rmse: number;
  readonly mae: number;
  /** Mean of predicted − measured. */
  readonly bias: number;
  /** 1 − residual over total sum of squares; NaN where the measurements do not vary. */
  readonly r2: number;
  /** Spearman's rank correlation; NaN where either does not vary. */
  readonly spearman: number;
}

/** Of rows that are looked at again and again, each time with other counts. */
export function regressionQuality(
  predicted: Float64Array,
  measured: Float64Array,
): (counts?: Counts) => RegressionQuality {
  const orders = [orderOf(predicted), orderOf(measured)] as const;
  return (counts = onceEach(measured.length)) => ({
    ...residualQuality(predicted, measured, counts),
    spearman: correlation(
      ranksOf(predicted, orders[0], counts),
      ranksOf(measured, orders[1], counts),
      counts,
    ),
  });
}

function residualQuality(
  predicted: Float64Array,
  measured: Float64Array,
  counts: Counts,
): Omit<RegressionQuality, 'spearman'> {
  let [rows, sumMeasured] = [0, 0];
  for (let row = 0; row < counts.length; row++) {
    rows += counts[row] ?? 0;
    sumMeasured += (counts[row] ?? 0) * (measured[row] ?? 0);
  }
  const mean = sumMeasured / rows;
  let [squares, absolute, sum, total] = [0, 0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] ?? 0;
    if (count === 0) continue;
    const value = measured[row] ?? 0;
    const error = (predicted[row] ?? 0) - value;
    squares += count * error * error;
    absolute += count * Math.abs(error);
    sum += count * error;
    total += count * (value - mean) ** 2;
  }
  return {
    rmse: Math.sqrt(squares / rows),
    mae: absolute / rows,
    bias: sum / rows,
    r2: total === 0 ? NaN : 1 - squares / total,
  };
}
