import { effectiveSamples, kolmogorovCritical } from '../../statistics/index.js';
import { type DriftBin, shownBins } from './coarse-bins.js';
import { type DriftStatistic, featureTests, type FeatureTests } from './feature-tests.js';
import type { FeatureCounts } from './live-counts.js';
import type { Operation, QuantityRole } from './quantity.js';
import { type ReferenceFeature, valuesOf } from './reference.js';

export type DriftVerdict = 'STABLE' | 'DRIFTED' | 'NOT_ENOUGH_DATA';

export interface FeatureDrift {
  readonly name: string;
  readonly role: QuantityRole;
  readonly operation: Operation;
  readonly unit: string | null;
  /** With a value or without. */
  readonly referenceRows: number;
  readonly liveRows: number;
  readonly verdict: DriftVerdict;
  readonly reason: string;
  readonly statistics: readonly DriftStatistic[];
  readonly bins: readonly DriftBin[];
}

export interface Judgement {
  readonly verdict: DriftVerdict;
  readonly reason: string;
  readonly features: readonly FeatureDrift[];
}

/** The probability that any test of one report cries drift where there is none. */
export const FAMILY_WISE = 0.05;
/** The distance of two normal distributions half a standard deviation apart: 2Φ(¼) − 1. */
const HALF_DEVIATION = 0.1974;
/** Above the mean, which four of five values are at least at: 0.84 of the largest deviation there is, ½. */
const FOUR_OF_FIVE = 0.42;

/**
 * Says of each feature whether live values are distributed as the reference. The probability to be wrong is divided by the
 * number of tests (Bonferroni): thresholds then depend on no other feature's values. Without a sign of drift a feature is
 * STABLE only if there are rows enough that a shift by half a standard deviation would show in four of five cases.
 */
export function judgeDrift(features: readonly ReferenceFeature[], live: readonly FeatureCounts[]): Judgement {
  const all = features.flatMap((feature, index) => {
    const counts = live[index];
    return counts ? [{ feature, counts, found: featureTests(feature, counts) }] : [];
  });
  const seen = all.filter(({ found }) => found !== null);
  const tests = seen.reduce((sum, { found }) => sum + (found?.tests.length ?? 0), 0);
  const alpha = FAMILY_WISE / Math.max(1, tests);
  // Requests of the kind that did not come show nothing; without any, all features do.
  const shown = seen.length > 0 ? seen : all;
  const judged = shown.map(({ feature, counts, found }) => judgeFeature(feature, counts, found, alpha));
  return { ...overall(judged, tests), features: judged };
}

function judgeFeature(
  feature: ReferenceFeature,
  live: FeatureCounts,
  found: FeatureTests | null,
  alpha: number,
): FeatureDrift {
  const tests = (found?.tests ?? []).map((test) => test(alpha));
  const statistics = [...tests, ...(found?.measures ?? []).map((measure) => measure(alpha))];
  const exceeded = tests.filter((test) => test.exceeded);
  const wanting = shortage(valuesOf(feature), valuesOf(live), alpha);
  const { name, role, operation, unit } = feature;
  return {
    name,
    role,
    operation,
    unit,
    referenceRows: feature.rows,
    liveRows: live.rows,
    verdict: exceeded.length > 0 ? 'DRIFTED' : wanting !== null ? 'NOT_ENOUGH_DATA' : 'STABLE',
    reason:
      exceeded.length > 0
        ? exceeded.map(describeTest).join('; ')
        : (wanting ?? 'No test shows a difference that matters.'),
    statistics,
    bins: shownBins(feature, live),
  };
}

/** Why a shift by half a standard deviation could go unseen; null when it would not. */
function shortage(reference: number, live: number, alpha: number): string | null {
  const isEnough = (n: number, m: number): boolean =>
    n > 0 &&
    m > 0 &&
    kolmogorovCritical(alpha, n, m) + FOUR_OF_FIVE / Math.sqrt(effectiveSamples(n, m)) <= HALF_DEVIATION;
  if (isEnough(reference, live)) return null;
  const fewest = (enough: (rows: number) => boolean): number => {
    let high = 1;
    while (!enough(high)) high *= 2;
    let low = high / 2;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (enough(middle)) high = middle;
      else low = middle;
    }
    return high;
  };
  const unlimited = 1e12;
  if (!isEnough(reference, unlimited)) {
    const needed = fewest((rows) => isEnough(rows, rows));
    return `The reference has ${reference} values, too few to tell a shift by half a standard deviation from chance, however many come: ${needed} on both sides would do.`;
  }
  const needed = fewest((rows) => isEnough(reference, rows));
  return `${live} live values; with ${reference} in the reference, ${needed} are needed to tell a shift by half a standard deviation from chance.`;
}

function overall(features: readonly FeatureDrift[], tests: number): Omit<Judgement, 'features'> {
  const drifted = features.filter(({ verdict }) => verdict === 'DRIFTED');
  const stable = features.filter(({ verdict }) => verdict === 'STABLE');
  const within = `${tests} ${tests === 1 ? 'test' : 'tests'} at ${FAMILY_WISE * 100} % together`;
  if (drifted.length > 0) {
    const named = drifted.slice(0, 5).map(({ role, name }) => `${role.toLowerCase()} ${name}`);
    const more = drifted.length > named.length ? ` and ${drifted.length - named.length} more` : '';
    return {
      verdict: 'DRIFTED',
      reason: `${drifted.length} of ${features.length} features drifted (${within}): ${named.join(', ')}${more}.`,
    };
  }
  if (stable.length === 0)
    return {
      verdict: 'NOT_ENOUGH_DATA',
      reason: features[0]?.reason ?? 'The reference has no feature with a value.',
    };
  const judged =
    stable.length === features.length ? 'None' : `None of the ${stable.length} that have rows enough`;
  return { verdict: 'STABLE', reason: `${judged} of ${features.length} features drifted (${within}).` };
}

function describeTest({ name, value, threshold, pValue }: DriftStatistic): string {
  const beyond = threshold === null ? '' : ` above ${brief(threshold)}`;
  return `${name} ${brief(value)}${beyond}${pValue === null ? '' : ` (p ${pValue < 1e-12 ? 'below 1e-12' : brief(pValue)})`}`;
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}
