/**
 * The baseline of values at equal distances by asymmetric least squares (Eilers and Boelens 2005, after Eilers, Anal. Chem.
 * 75, 3631 (2003)): smooth, and below the peaks, since what lies above it counts `asymmetry` and what lies below 1 − asymmetry.
 *
 * Solves (W + λ D'D) z = W y, D the second differences, by the Cholesky factors of five bands: in proportion to the length.
 */
export function asymmetricBaseline(
  y: ArrayLike<number>,
  { smoothness, asymmetry, iterations }: { smoothness: number; asymmetry: number; iterations: number },
): Float64Array {
  const weights = new Float64Array(y.length).fill(1);
  let baseline = new Float64Array(y.length);
  for (let turn = 0; turn < iterations; turn++) {
    baseline = smoothed(y, weights, smoothness);
    let changed = false;
    for (let index = 0; index < y.length; index++) {
      const weight = (y[index] ?? 0) > (baseline[index] ?? 0) ? asymmetry : 1 - asymmetry;
      changed ||= weight !== weights[index];
      weights[index] = weight;
    }
    if (!changed) break;
  }
  return baseline;
}

/** Whittaker's smoother: factors L D L' of the symmetric matrix with two bands on each side of its diagonal. */
function smoothed(y: ArrayLike<number>, weights: Float64Array, lambda: number): Float64Array<ArrayBuffer> {
  const n = y.length;
  const [diagonal, first, second] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const solution = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [d1 = 0, d2 = 0] = [diagonal[i - 1], diagonal[i - 2]];
    const [l1 = 0, l2 = 0] = [first[i - 1], second[i - 2]];
    const pivot = (weights[i] ?? 0) + lambda * band(n, i, 0) - d1 * l1 * l1 - d2 * l2 * l2;
    diagonal[i] = pivot;
    first[i] = (lambda * band(n, i, 1) - d1 * l1 * (second[i - 1] ?? 0)) / pivot;
    second[i] = (lambda * band(n, i, 2)) / pivot;
    solution[i] = (weights[i] ?? 0) * (y[i] ?? 0) - l1 * (solution[i - 1] ?? 0) - l2 * (solution[i - 2] ?? 0);
  }
  for (let i = n - 1; i >= 0; i--)
    solution[i] =
      (solution[i] ?? 0) / (diagonal[i] ?? 1) -
      (first[i] ?? 0) * (solution[i + 1] ?? 0) -
      (second[i] ?? 0) * (solution[i + 2] ?? 0);
  return solution;
}

/** Element (i, i + offset) of D'D for second differences: rows 1 −2 1 at each of n − 2 places. */
function band(n: number, i: number, offset: 0 | 1 | 2): number {
  let sum = 0;
  // Row k of D has 1, −2, 1 in columns k, k + 1, k + 2.
  for (let k = Math.max(0, i + offset - 2); k <= Math.min(i, n - 3); k++)
    sum += (SECOND[i - k] ?? 0) * (SECOND[i + offset - k] ?? 0);
  return sum;
}

const SECOND = [1, -2, 1] as const;
