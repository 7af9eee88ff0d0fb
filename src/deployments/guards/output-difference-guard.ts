import { binomialAtMost } from '../../statistics/index.js';
import type { ComparisonObservations } from './comparison-observations.js';
import { evidenceAbove } from './evidence.js';
import {
  brief,
  type GuardReport,
  PASS_CONFIDENCE,
  percent,
  type Verdict,
  withConfidence,
} from './guard-report.js';
import type { GuardSettings } from './guard-settings.js';

/** Fails when beyond doubt more than `maxShare` of the requests are answered differently. */
export function outputDifferenceGuard(
  { tolerance, maxShare }: NonNullable<GuardSettings['outputDifference']>,
  comparison: ComparisonObservations,
  alpha: number,
  confidence: number,
): GuardReport {
  const { compared, differing } = comparison;
  const verdict: Verdict =
    evidenceAbove({ count: differing, trials: compared }, maxShare) >= -Math.log(alpha)
      ? 'FAIL'
      : binomialAtMost(differing, compared, maxShare) <= 1 - PASS_CONFIDENCE
        ? 'PASS'
        : 'UNDECIDED';
  return {
    guard: 'OUTPUT_DIFFERENCE',
    verdict,
    measured: compared === 0 ? null : differing / compared,
    limit: maxShare,
    beyondLimit: differing > maxShare * compared,
    baseSamples: compared,
    candidateSamples: compared,
    confidence: verdict === 'FAIL' ? confidence : verdict === 'PASS' ? PASS_CONFIDENCE : null,
    detail:
      compared === 0
        ? 'No request was answered by both versions yet.'
        : `${differing} of ${compared} compared requests (${percent(differing / compared)}) differ by more than ` +
          `${brief(tolerance)}${largest(comparison)}: ${conclusion(verdict, maxShare, confidence)}`,
  };
}

function largest({ largestRelative }: ComparisonObservations): string {
  return Number.isFinite(largestRelative) ? `, at most by ${brief(largestRelative)}` : '';
}

function conclusion(verdict: Verdict, limit: number, confidence: number): string {
  const beyond = `more than ${percent(limit)} of all`;
  if (verdict === 'FAIL') return `${beyond} (${withConfidence(confidence)}).`;
  if (verdict === 'PASS') return `not ${beyond} (${withConfidence(PASS_CONFIDENCE)}).`;
  return `too few to say whether that is ${beyond}.`;
}
