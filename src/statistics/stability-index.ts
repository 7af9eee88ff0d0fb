/** Counts of two samples over the same bins. */
export interface BinnedSamples {
  readonly base: readonly number[];
  readonly candidate: readonly number[];
}

/**
 * Population stability index, Σ (q−p) ln(q/p) over the bins: the symmetrised Kullback–Leibler divergence (Jeffreys, 1946).
 *
 * @param smoothing Added to every count: without, it is infinite as soon as a bin is empty on one side.
 */
export function stabilityIndex({ base, candidate }: BinnedSamples, smoothing = 0): number {
  const baseTotal = total(base) + smoothing * base.length;
  const candidateTotal = total(candidate) + smoothing * base.length;
  let index = 0;
  for (const [bin, count] of base.entries()) {
    const p = (count + smoothing) / baseTotal;
    const q = ((candidate[bin] ?? 0) + smoothing) / candidateTotal;
    if (p !== q) index += (q - p) * Math.log(q / p);
  }
  return index;
}

/** Reciprocal of 1/N + 1/M: how many samples both sides amount to. Without drift the mean index is (bins − 1) / this. */
export function effectiveSamples(base: number, candidate: number): number {
  return base * candidate === 0 ? 0 : (base * candidate) / (base + candidate);
}

/**
 * The largest index that samples of this size show by chance when the true one is at most `limit`, but for a probability
 * of e⁻ˣ: times the effective samples it is about a noncentral chi-squared of noncentrality limit · samples, bounded as in
 * L. Birgé, IMS Lecture Notes 36 (2001), lemma 8.1.
 */
export function largestByChance(limit: number, bins: number, samples: number, x: number): number {
  const [freedom, shift] = [bins - 1, limit * samples];
  return (freedom + shift + 2 * Math.sqrt((freedom + 2 * shift) * x) + 2 * x) / samples;
}

/** The smallest likewise, when the true one is at least `limit`. */
export function smallestByChance(limit: number, bins: number, samples: number, x: number): number {
  const [freedom, shift] = [bins - 1, limit * samples];
  return (freedom + shift - 2 * Math.sqrt((freedom + 2 * shift) * x)) / samples;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
