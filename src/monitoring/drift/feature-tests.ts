import {
  type BinnedSamples,
  chiSquaredQuantile,
  chiSquaredTail,
  effectiveSamples,
  hypergeometricTail,
  jensenShannonDistance,
  kolmogorovCritical,
  kolmogorovSmirnovDistance,
  kolmogorovSmirnovTail,
  stabilityIndex,
  twoSampleChiSquared,
  wassersteinCritical,
  wassersteinDistance,
} from '../../statistics/index.js';
import { testedBins } from './coarse-bins.js';
import type { FeatureCounts } from './live-counts.js';
import { type NumberFeature, type ReferenceFeature, valuesOf } from './reference.js';

export type DriftMeasure =
  'PSI' | 'KS' | 'JENSEN_SHANNON' | 'WASSERSTEIN' | 'CHI_SQUARE' | 'MISSING_RATE' | 'OUT_OF_DOMAIN_RATE';

/** One measure of how far live values are from the reference. */
export interface DriftStatistic {
  readonly name: DriftMeasure;
  readonly value: number;
  /** The largest value that is no drift; null where no value would be. */
  readonly threshold: number | null;
  /** Of a test that decides; null for a measure that only tells how far. */
  readonly pValue: number | null;
  readonly exceeded: boolean;
}

/** A test once it is known how doubtful it has to be, or a measure beside one. */
export type Pending = (alpha: number) => DriftStatistic;

/** What can be said of one feature. The tests decide, and share one probability to be wrong. */
export interface FeatureTests {
  readonly tests: readonly Pending[];
  readonly measures: readonly Pending[];
}

/*
 * What is smaller is no drift, however certain: with enough rows everything differs. A shift by a quarter of a standard
 * deviation gives about each of them, one by half of it a D of 0.2 and a PSI of 0.25.
 */
const LEAST_DISTANCE = 0.1;
const LEAST_INDEX = 0.1;
const LEAST_SHIFT = 0.25;
const LEAST_RATE = 0.02;
/** Half a count in every bin, where one is empty on one side: it weighs much then, but not everything. */
const SMOOTHING = 0.5;

/** Null while nothing was seen of the feature. */
export function featureTests(feature: ReferenceFeature, live: FeatureCounts): FeatureTests | null {
  if (live.rows === 0) return null;
  const [n, m] = [valuesOf(feature), valuesOf(live)];
  const tests: Pending[] = [];
  const measures: Pending[] = [];
  if (n > 0 && m > 0) {
    if (feature.kind === 'NUMBER') {
      tests.push(kolmogorovSmirnov(feature, live, n, m));
      measures.push(wasserstein(feature, live, n, m));
    }
    const bins = testedBins(feature, live);
    if (bins.base.length > 1) {
      const { statistic, freedom } = twoSampleChiSquared(bins);
      const samples = effectiveSamples(n, m);
      tests.push(chiSquare(statistic, freedom, samples));
      measures.push(...indices(bins, freedom, samples));
    }
  }
  if (feature.missing + live.missing > 0)
    tests.push(rate('MISSING_RATE', feature.missing, feature.rows, live.missing, live.rows));
  const { domain } = feature;
  if (domain && domain.outside + live.outside > 0)
    tests.push(rate('OUT_OF_DOMAIN_RATE', domain.outside, n, live.outside, m));
  return { tests, measures };
}

function kolmogorovSmirnov(feature: NumberFeature, live: FeatureCounts, n: number, m: number): Pending {
  const value = kolmogorovSmirnovDistance(feature.values, live);
  const pValue = kolmogorovSmirnovTail(value, n, m);
  return (alpha) => {
    const threshold = Math.max(LEAST_DISTANCE, kolmogorovCritical(alpha, n, m));
    return { name: 'KS', value, threshold, pValue, exceeded: value > threshold };
  };
}

function chiSquare(value: number, freedom: number, samples: number): Pending {
  const pValue = freedom === 0 ? 1 : chiSquaredTail(value, freedom);
  return (alpha) => {
    // An index is about the statistic of so many samples, divided by their number.
    const threshold = Math.max(LEAST_INDEX * samples, freedom === 0 ? 0 : chiSquaredQuantile(alpha, freedom));
    return { name: 'CHI_SQUARE', value, threshold, pValue, exceeded: value > threshold };
  };
}

/** PSI without drift is about χ² / samples (B. Yurdakul, 2018), and eight times the square of Jensen and Shannon's distance. */
function indices(bins: BinnedSamples, freedom: number, samples: number): Pending[] {
  const isSplit = bins.base.some((count, bin) => count === 0 || bins.candidate[bin] === 0);
  const index = stabilityIndex(bins, isSplit ? SMOOTHING : 0);
  const distance = jensenShannonDistance(bins);
  const limit = (alpha: number) =>
    Math.max(LEAST_INDEX, freedom === 0 ? 0 : chiSquaredQuantile(alpha, freedom) / samples);
  const measure = (name: DriftMeasure, value: number, threshold: number): DriftStatistic => ({
    name,
    value,
    threshold,
    pValue: null,
    exceeded: value > threshold,
  });
  return [
    (alpha) => measure('PSI', index, limit(alpha)),
    (alpha) => measure('JENSEN_SHANNON', distance, Math.sqrt(limit(alpha) / 8)),
  ];
}

function wasserstein(feature: NumberFeature, live: FeatureCounts, n: number, m: number): Pending {
  const { bounds, values, chance } = feature;
  const value = wassersteinDistance(bounds, values, live);
  return (alpha) => {
    const threshold = Math.max(LEAST_SHIFT * chance.deviation, wassersteinCritical(chance, alpha, n, m));
    return { name: 'WASSERSTEIN', value, threshold, pValue: null, exceeded: value > threshold };
  };
}

/** Fisher's exact test that a rate has risen. */
function rate(
  name: 'MISSING_RATE' | 'OUT_OF_DOMAIN_RATE',
  before: number,
  ofBefore: number,
  count: number,
  of: number,
): Pending {
  const tail = (some: number) => hypergeometricTail(some, of, before + some, ofBefore + of);
  const least = ofBefore === 0 ? 0 : before / ofBefore;
  const value = of === 0 ? 0 : count / of;
  const pValue = tail(count);
  return (alpha) => {
    const isRise = (some: number) => some / of - least > LEAST_RATE && tail(some) <= alpha;
    const threshold = of === 0 || !isRise(of) ? null : highestBelow(of, isRise) / of;
    return { name, value, threshold, pValue, exceeded: of > 0 && isRise(count) };
  };
}

/** The largest count that is no rise, where every larger one is, and `most` is one. */
function highestBelow(most: number, isRise: (count: number) => boolean): number {
  let [low, high] = [-1, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isRise(middle)) high = middle;
    else low = middle;
  }
  return Math.max(0, low);
}
