import type { BinnedSamples } from './stability-index.js';

/**
 * Pearson's chi-squared of a table of two samples by bins: whether both may come from one distribution. Bins that are empty
 * on both sides count for nothing.
 */
export function twoSampleChiSquared({ base, candidate }: BinnedSamples): {
  readonly statistic: number;
  readonly freedom: number;
} {
  const [baseTotal, candidateTotal] = [total(base), total(candidate)];
  if (baseTotal === 0 || candidateTotal === 0) return { statistic: 0, freedom: 0 };
  const ratio = Math.sqrt(candidateTotal / baseTotal);
  let [statistic, used] = [0, 0];
  for (const [bin, count] of base.entries()) {
    const other = candidate[bin] ?? 0;
    if (count + other === 0) continue;
    used += 1;
    statistic += (ratio * count - other / ratio) ** 2 / (count + other);
  }
  return { statistic, freedom: Math.max(0, used - 1) };
}

/**
 * √(½ KL(p‖m) + ½ KL(q‖m)) with m = (p + q) / 2, in nats: 0 for equal shares, √ln 2 = 0.8326 where they have no bin in
 * common.
 */
export function jensenShannonDistance({ base, candidate }: BinnedSamples): number {
  const [baseTotal, candidateTotal] = [total(base), total(candidate)];
  if (baseTotal === 0 || candidateTotal === 0) return 0;
  let divergence = 0;
  for (const [bin, count] of base.entries()) {
    const [p, q] = [count / baseTotal, (candidate[bin] ?? 0) / candidateTotal];
    const mean = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log(p / mean)) / 2;
    if (q > 0) divergence += (q * Math.log(q / mean)) / 2;
  }
  // Rounding can leave a hair below nothing.
  return Math.sqrt(Math.max(0, divergence));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
