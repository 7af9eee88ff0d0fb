/** A sample over bins (−∞, b₀], (b₀, b₁], … (bₖ, ∞): how many values each holds, and their sum. Add up bin by bin. */
export interface BinnedValues {
  readonly counts: readonly number[] | Float64Array;
  readonly sums: readonly number[] | Float64Array;
}

/** @param bounds ascending; all values finite */
export function binnedValues(values: Iterable<number>, bounds: readonly number[]): BinnedValues {
  const counts = new Float64Array(bounds.length + 1);
  const sums = new Float64Array(bounds.length + 1);
  for (const value of values) {
    const bin = binOf(value, bounds);
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + value;
  }
  return { counts, sums };
}

/** The bin a value falls into; each includes its upper bound. */
export function binOf(value: number, bounds: readonly number[]): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (bounds[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The largest distance of the two cumulative distributions at a bound. It is the distance of the samples themselves where
 * each value of either is a bound, and else smaller by a bin's share at most.
 */
export function kolmogorovSmirnovDistance(base: BinnedValues, candidate: BinnedValues): number {
  const [n, m] = [total(base.counts), total(candidate.counts)];
  if (n === 0 || m === 0) return 0;
  let [f, g, largest] = [0, 0, 0];
  for (let bin = 0; bin < base.counts.length; bin += 1) {
    f += base.counts[bin] ?? 0;
    g += candidate.counts[bin] ?? 0;
    largest = Math.max(largest, Math.abs(f / n - g / m));
  }
  return largest;
}

/**
 * The area between the two cumulative distributions, in the values' own unit: the first Wasserstein distance. Each bin
 * counts with its net area, which its sum tells exactly: the whole is exact but where the distributions cross within a bin.
 */
export function wassersteinDistance(
  bounds: readonly number[],
  base: BinnedValues,
  candidate: BinnedValues,
): number {
  const [n, m] = [total(base.counts), total(candidate.counts)];
  if (n === 0 || m === 0) return 0;
  let [below, distance] = [0, 0];
  for (let bin = 0; bin <= bounds.length; bin += 1) {
    const isLast = bin === bounds.length;
    // Beyond the last bound the areas above the curves are finite, not those below.
    const edge = (isLast ? bounds[bin - 1] : bounds[bin]) ?? 0;
    const own = ((base.counts[bin] ?? 0) * edge - (base.sums[bin] ?? 0)) / n;
    const other = ((candidate.counts[bin] ?? 0) * edge - (candidate.sums[bin] ?? 0)) / m;
    const width = bin === 0 || isLast ? 0 : edge - (bounds[bin - 1] ?? 0);
    distance += Math.abs(below * width + own - other);
    below += (base.counts[bin] ?? 0) / n - (candidate.counts[bin] ?? 0) / m;
  }
  return distance;
}

function total(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
