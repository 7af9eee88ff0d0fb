import { correlation, ranksOf } from './ranks.js';

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

export function regressionQuality(predicted: Float64Array, measured: Float64Array): RegressionQuality {
  return {
    ...residualQuality(predicted, measured),
    spearman: correlation(ranksOf(predicted), ranksOf(measured)),
  };
}

/** What needs no order of the values. */
export function residualQuality(
  predicted: Float64Array,
  measured: Float64Array,
): Omit<RegressionQuality, 'spearman'> {
  const count = measured.length;
  let mean = 0;
  for (let index = 0; index < count; index++) mean += ((measured[index] ?? 0) - mean) / (index + 1);
  let [squares, absolute, sum, total] = [0, 0, 0, 0];
  for (let index = 0; index < count; index++) {
    const value = measured[index] ?? 0;
    const error = (predicted[index] ?? 0) - value;
    squares += error * error;
    absolute += Math.abs(error);
    sum += error;
    total += (value - mean) ** 2;
  }
  return {
    rmse: Math.sqrt(squares / count),
    mae: absolute / count,
    bias: sum / count,
    r2: total === 0 ? NaN : 1 - squares / total,
  };
}
