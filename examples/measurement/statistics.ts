export interface Errors {
  readonly rmse: number;
  readonly mae: number;
  /** Mean of predicted − measured. */
  readonly bias: number;
  /** 1 − residual over total sum of squares. */
  readonly r2: number;
}

export function errorsOf(predicted: readonly number[], measured: readonly number[]): Errors {
  if (predicted.length !== measured.length || predicted.length === 0)
    throw new Error(
      `Expected as many predictions as measurements, got ${predicted.length} and ${measured.length}`,
    );
  const errors = predicted.map((value, index) => value - (measured[index] ?? NaN));
  const average = mean(measured);
  const squares = sum(errors.map((error) => error ** 2));
  return {
    rmse: Math.sqrt(squares / errors.length),
    mae: mean(errors.map(Math.abs)),
    bias: mean(errors),
    r2: 1 - squares / sum(measured.map((value) => (value - average) ** 2)),
  };
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
