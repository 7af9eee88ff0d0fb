import type { BinnedSamples } from '../../statistics/index.js';
import type { FeatureCounts } from './live-counts.js';
import type { ReferenceFeature } from './reference.js';

/** Of the reference, which a bin of numbers holds at least. */
const TENTH = 0.1;
/** Of each sample in each bin, if both were alike: the chi-squared distribution is no good for fewer (W. Cochran, 1954). */
const FEWEST_EXPECTED = 5;

/** Neighbouring bins of a feature taken together, from the first to before the last. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly base: number;
  readonly candidate: number;
}

/** A share of both samples, within bounds or of a category. */
export interface DriftBin {
  /** Exclusive; null: no lower bound, or a category. */
  readonly from: number | null;
  /** Inclusive; null: no upper bound, or a category. */
  readonly to: number | null;
  /** Null for numbers, and for all categories together that have no bin of their own. */
  readonly category: string | null;
  readonly reference: number;
  readonly live: number;
}

/** Both samples over the reference's tenths, or its categories, for a chi-squared: bins that hold too little are joined. */
export function testedBins(feature: ReferenceFeature, live: FeatureCounts): BinnedSamples {
  const groups = grouped(feature, live, FEWEST_EXPECTED);
  return { base: groups.map(({ base }) => base), candidate: groups.map(({ candidate }) => candidate) };
}

/** The same as shares, to be shown: however few there are. */
export function shownBins(feature: ReferenceFeature, live: FeatureCounts): DriftBin[] {
  const groups = grouped(feature, live, 0);
  const [n, m] = [sum(groups.map(({ base }) => base)), sum(groups.map(({ candidate }) => candidate))];
  return groups.map(({ from, to, base, candidate }) => {
    const shares = { reference: base / Math.max(1, n), live: candidate / Math.max(1, m) };
    if (feature.kind === 'CATEGORY')
      return { from: null, to: null, category: feature.categories[from] ?? null, ...shares };
    return {
      from: from === 0 ? null : (feature.bounds[from - 1] ?? null),
      to: to > feature.bounds.length ? null : (feature.bounds[to - 1] ?? null),
      category: null,
      ...shares,
    };
  });
}

function grouped(feature: ReferenceFeature, { counts }: FeatureCounts, fewest: number): Group[] {
  const base = feature.kind === 'NUMBER' ? feature.values.counts : feature.counts;
  const [n, m] = [sum(base), sum(counts)];
  const smaller = Math.min(n, m) / Math.max(1, n + m);
  const least = feature.kind === 'NUMBER' ? TENTH * n : 0;
  const groups: Group[] = [];
  let open = { from: 0, to: 0, base: 0, candidate: 0 };
  for (let bin = 0; bin < counts.length; bin += 1) {
    open.to = bin + 1;
    open.base += base[bin] ?? 0;
    open.candidate += counts[bin] ?? 0;
    const both = open.base + open.candidate;
    // A bin that neither has is no bin; rounding must not cost a tenth its bin.
    if (both === 0 || open.base < least * (1 - 1e-9) || both * smaller < fewest) continue;
    groups.push(open);
    open = { from: open.to, to: open.to, base: 0, candidate: 0 };
  }
  const last = groups.at(-1);
  if (open.base + open.candidate > 0 && last)
    groups[groups.length - 1] = {
      from: last.from,
      to: open.to,
      base: last.base + open.base,
      candidate: last.candidate + open.candidate,
    };
  return groups;
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
