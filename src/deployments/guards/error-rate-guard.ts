import type { ArmObservations } from './arm-observations.js';
import { lowerBound, upperBound } from '../../statistics/index.js';
import { evidenceOfIncrease, type Share } from './evidence.js';
import { type GuardReport, PASS_CONFIDENCE, percent, type Verdict, withConfidence } from './guard-report.js';
import type { GuardSettings } from './guard-settings.js';

/** Fails when the candidate's share of failures is beyond doubt more than `maxIncrease` above the base's. */
export function errorRateGuard(
  { maxIncrease }: NonNullable<GuardSettings['errorRate']>,
  observed: { readonly base: ArmObservations; readonly candidate: ArmObservations },
  alpha: number,
  confidence: number,
): GuardReport {
  const [base, candidate] = [shareOf(observed.base), shareOf(observed.candidate)];
  const verdict: Verdict =
    evidenceOfIncrease(base, candidate, maxIncrease) >= -Math.log(alpha)
      ? 'FAIL'
      : largestIncrease(base, candidate) <= maxIncrease
        ? 'PASS'
        : 'UNDECIDED';
  const measured = base.trials * candidate.trials > 0 ? rate(candidate) - rate(base) : null;
  const counts = `${told(candidate)} of the candidate's requests failed, and ${told(base)} of the base's`;
  return {
    guard: 'ERROR_RATE',
    verdict,
    measured,
    limit: maxIncrease,
    beyondLimit: measured !== null && measured > maxIncrease,
    baseSamples: base.trials,
    candidateSamples: candidate.trials,
    confidence: verdict === 'FAIL' ? confidence : verdict === 'PASS' ? PASS_CONFIDENCE : null,
    detail: `${counts}: ${conclusion(verdict, maxIncrease, confidence)}`,
  };
}

function conclusion(verdict: Verdict, limit: number, confidence: number): string {
  const beyond = `more than ${percent(limit)} above it`;
  if (verdict === 'FAIL') return `${beyond} (${withConfidence(confidence)}).`;
  if (verdict === 'PASS') return `not ${beyond} (${withConfidence(PASS_CONFIDENCE)}).`;
  return `too few to say whether that is ${beyond}.`;
}

/** Upper bound of the difference of two shares: exact bounds of each, squared and added (R. Newcombe, Stat. Med. 17, 1998). */
function largestIncrease(base: Share, candidate: Share): number {
  if (base.trials === 0 || candidate.trials === 0) return 1;
  const above = upperBound(candidate.count, candidate.trials, PASS_CONFIDENCE) - rate(candidate);
  const below = rate(base) - lowerBound(base.count, base.trials, PASS_CONFIDENCE);
  return rate(candidate) - rate(base) + Math.hypot(above, below);
}

function shareOf({ failures, requests }: ArmObservations): Share {
  return { count: failures, trials: requests };
}

function rate({ count, trials }: Share): number {
  return count / trials;
}

function told(share: Share): string {
  return share.trials === 0 ? 'none' : `${share.count} of ${share.trials} (${percent(rate(share))})`;
}
