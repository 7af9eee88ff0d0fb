import { Cholesky } from './cholesky.js';

/** Observations y at 0/1 rows, each with a weight. */
export interface Weighted {
  readonly rows: readonly Uint8Array[];
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

export interface LinearFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  /** Half-widths of 95 % intervals. Null where the fit has none, as the lasso. */
  readonly halfWidths: Float64Array | null;
  /** Share of the weighted variance that the fit explains. */
  readonly rSquared: number;
}

interface Centred {
  readonly means: Float64Array;
  readonly mean: number;
  readonly total: number;
  /** Σ w (x − x̄)(x − x̄)ᵀ, and Σ w (x − x̄)(y − ȳ). */
  readonly gram: Float64Array;
  readonly moment: Float64Array;
}

/** Minimises Σ w (y − b − x·β)² + α |β|², the intercept without penalty (Hoerl and Kennard 1970). */
export function ridge(data: Weighted, alpha: number): LinearFit {
  const { gram, moment, ...centred } = centre(data);
  const size = moment.length;
  for (let i = 0; i < size; i += 1) gram[i * size + i] = (gram[i * size + i] ?? 0) + alpha;
  const factored = Cholesky.of(gram, size);
  if (factored === null)
    throw new Error('A ridge regression needs a penalty above 0, or rows that differ in every column');
  const coefficients = factored.solve(moment);
  const fit = finished(data, centred, coefficients);
  const variances = new Float64Array(size);
  for (const [place, row] of data.rows.entries()) {
    const weight = data.weights[place] ?? 0;
    const offset = Float64Array.from(row, (x, i) => x - (centred.means[i] ?? 0));
    const direction = factored.solve(offset);
    const residual = (data.values[place] ?? 0) - fit.intercept - dot(row, coefficients);
    for (let i = 0; i < size; i += 1) {
      const share = weight * residual * (direction[i] ?? 0);
      variances[i] = (variances[i] ?? 0) + share * share;
    }
  }
  return { ...fit, halfWidths: variances.map((variance) => 1.96 * Math.sqrt(variance)) };
}

const SWEEPS = 1_000;

/** Minimises Σ w (y − b − x·β)² / (2 Σ w) + α |β|₁ by coordinate descent (Friedman, Hastie and Tibshirani 2010). */
export function lasso(data: Weighted, alpha: number): LinearFit {
  const { gram, moment, total, ...centred } = centre(data);
  const size = moment.length;
  const beta = new Float64Array(size);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let largest = 0;
    for (let i = 0; i < size; i += 1) {
      const own = (gram[i * size + i] ?? 0) / total;
      if (own === 0) continue;
      let rest = moment[i] ?? 0;
      for (let j = 0; j < size; j += 1) if (j !== i) rest -= (gram[i * size + j] ?? 0) * (beta[j] ?? 0);
      rest /= total;
      const next = (Math.sign(rest) * Math.max(0, Math.abs(rest) - alpha)) / own;
      largest = Math.max(largest, Math.abs(next - (beta[i] ?? 0)));
      beta[i] = next;
    }
    if (largest < 1e-10) break;
  }
  return { ...finished(data, { ...centred, total }, beta), halfWidths: null };
}

function centre({ rows, values, weights }: Weighted): Centred {
  const size = rows[0]?.length ?? 0;
  const means = new Float64Array(size);
  let [total, mean] = [0, 0];
  for (const [place, row] of rows.entries()) {
    const weight = weights[place] ?? 0;
    total += weight;
    mean += weight * (values[place] ?? 0);
    for (let i = 0; i < size; i += 1) means[i] = (means[i] ?? 0) + weight * (row[i] ?? 0);
  }
  for (let i = 0; i < size; i += 1) means[i] = (means[i] ?? 0) / total;
  mean /= total;
  const gram = new Float64Array(size * size);
  const moment = new Float64Array(size);
  for (const [place, row] of rows.entries()) {
    const weight = weights[place] ?? 0;
    for (let i = 0; i < size; i += 1) {
      const x = weight * ((row[i] ?? 0) - (means[i] ?? 0));
      moment[i] = (moment[i] ?? 0) + x * ((values[place] ?? 0) - mean);
      for (let j = 0; j < size; j += 1)
        gram[i * size + j] = (gram[i * size + j] ?? 0) + x * ((row[j] ?? 0) - (means[j] ?? 0));
    }
  }
  return { means, mean, total, gram, moment };
}

function finished(
  { rows, values, weights }: Weighted,
  { means, mean }: Pick<Centred, 'means' | 'mean' | 'total'>,
  coefficients: Float64Array,
): Omit<LinearFit, 'halfWidths'> {
  const intercept = mean - dot(means, coefficients);
  let [residual, spread] = [0, 0];
  for (const [place, row] of rows.entries()) {
    const weight = weights[place] ?? 0;
    const value = values[place] ?? 0;
    residual += weight * (value - intercept - dot(row, coefficients)) ** 2;
    spread += weight * (value - mean) ** 2;
  }
  return { intercept, coefficients, rSquared: spread === 0 ? 1 : 1 - residual / spread };
}

function dot(a: ArrayLike<number>, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
