import { effectiveSamples } from './stability-index.js';

/** How far two samples of one distribution lie apart by chance: times √n, on average and how much that varies at most. */
export interface ChanceDistance {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * √n · W₁ tends to ∫|B(F(x))| dx of a Brownian bridge B (E. del Barrio, E. Giné, C. Matrán, Ann. Probab. 27 (1999), 1009).
 * Its mean is √(2/π) ∫√(F(1−F)) dx. As the largest of the integrals ∫h(x)B(F(x)) dx with |h| ≤ 1, none of which varies
 * more than that of h = 1, whose variance is the variance of X, it exceeds that mean as a normal variable of this deviation
 * would (Borell and Tsirelson, Ibragimov and Sudakov).
 *
 * @param sorted ascending, finite
 */
export function chanceWasserstein(sorted: ArrayLike<number>): ChanceDistance {
  const n = sorted.length;
  let [integral, mean, squares] = [0, 0, 0];
  for (let index = 0; index < n; index += 1) {
    const value = sorted[index] ?? 0;
    const share = index / n;
    if (index > 0) integral += Math.sqrt(share * (1 - share)) * (value - (sorted[index - 1] ?? 0));
    const apart = value - mean;
    mean += apart / (index + 1);
    squares += apart * (value - mean);
  }
  return { mean: Math.sqrt(2 / Math.PI) * integral, deviation: n === 0 ? 0 : Math.sqrt(squares / n) };
}

/** The distance that two samples of one distribution exceed with probability `tail` at most, for large samples. */
export function wassersteinCritical(
  { mean, deviation }: ChanceDistance,
  tail: number,
  base: number,
  candidate: number,
): number {
  const samples = effectiveSamples(base, candidate);
  return samples === 0
    ? Infinity
    : (mean + deviation * Math.sqrt(2 * Math.log(1 / tail))) / Math.sqrt(samples);
}
