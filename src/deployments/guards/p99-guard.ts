import type { ArmObservations } from './arm-observations.js';
import { tailRanks } from '../../statistics/index.js';
import { evidenceAbove, evidenceBelow } from './evidence.js';
import { brief, type GuardReport, PASS_CONFIDENCE, type Verdict, withConfidence } from './guard-report.js';
import type { GuardSettings } from './guard-settings.js';
import { binOf, startOf, type LatencyHistogram } from './latency-histogram.js';

type Limits = NonNullable<GuardSettings['p99Ratio']>;

const TAIL = 0.01;
/**
 * Whatever the distribution, fewer than about 900 durations say nothing of their p99 at such confidence. Until then the
 * p95 and the p90 stand in for it: a candidate that is too slow there, and by its measured p99 too, fails.
 */
const TAILS = [TAIL, 0.05, 0.1];

/** Fails when the candidate is beyond doubt more than `max` times, and more than `minimumMs`, slower than the base. */
export function p99Guard(
  limits: Limits,
  observed: { readonly base: ArmObservations; readonly candidate: ArmObservations },
  alpha: number,
  confidence: number,
): GuardReport {
  const [base, candidate] = [observed.base.latencies, observed.candidate.latencies];
  const [baseP99, candidateP99] = [base.exceededBy(TAIL), candidate.exceededBy(TAIL)];
  const measured = base.count * candidate.count > 0 ? candidateP99 / baseP99 : null;
  const isSlower = candidateP99 > longest(limits, baseP99);
  const slowTail = isSlower ? slowerTail(limits, base, candidate, alpha) : undefined;
  const verdict: Verdict =
    slowTail !== undefined
      ? 'FAIL'
      : !isSlower && withinLimits(limits, base, candidate)
        ? 'PASS'
        : 'UNDECIDED';
  return {
    guard: 'P99_RATIO',
    verdict,
    measured,
    limit: limits.max,
    beyondLimit: measured !== null && isSlower,
    baseSamples: base.count,
    candidateSamples: candidate.count,
    confidence: verdict === 'FAIL' ? confidence : verdict === 'PASS' ? PASS_CONFIDENCE : null,
    detail:
      measured === null
        ? 'No successful request of both versions was seen yet.'
        : `p99 is ${brief(candidateP99)} ms over the candidate's ${candidate.count} successful requests and ` +
          `${brief(baseP99)} ms over the base's ${base.count}: ${conclusion(limits, slowTail, verdict, confidence)}`,
  };
}

function conclusion(limits: Limits, tail: number | undefined, verdict: Verdict, confidence: number): string {
  const beyond = `more than ${brief(limits.max)} times and ${brief(limits.minimumMs)} ms slower`;
  if (tail !== undefined) {
    const where = tail === TAIL ? '' : ` already at p${Math.round(100 * (1 - tail))}`;
    return `${beyond}${where} (${withConfidence(confidence)}).`;
  }
  if (verdict === 'PASS') return `not ${beyond} (${withConfidence(PASS_CONFIDENCE)}).`;
  return `too few to say whether the candidate is ${beyond}.`;
}

/** The first tail at which no duration of the base's is left that would keep the candidate within the limits. */
function slowerTail(
  limits: Limits,
  base: LatencyHistogram,
  candidate: LatencyHistogram,
  alpha: number,
): number | undefined {
  const enough = Math.log(TAILS.length / alpha);
  const [ofBase, ofCandidate] = [base.atLeast(), candidate.atLeast()];
  return TAILS.find((tail) => leastEvidence(limits, ofBase, ofCandidate, tail, enough) >= enough);
}

/**
 * Suppose a duration q were the base's quantile, and the candidate's within the limits of it: then at least `tail` of the
 * base's requests take q or longer, and at most `tail` of the candidate's take longer than those limits allow. The evidence
 * against both claims multiplies, as the requests are different ones; that against the likeliest q is what counts. It needs
 * no correction for the many q, since one of them is the true one. Quantiles by their ranks, whatever the
 * distribution: S. Howard, A. Ramdas, Bernoulli 28 (2022), 1704.
 */
function leastEvidence(
  limits: Limits,
  base: Float64Array,
  candidate: Float64Array,
  tail: number,
  enough: number,
): number {
  const [baseTrials = 0, candidateTrials = 0] = [base[0], candidate[0]];
  let least = Infinity;
  let [lastBase, lastCandidate] = [-1, -1];
  for (let bin = 0; bin < base.length && least >= enough; bin += 1) {
    // For any q inside the bin: no more of the base's are as long, no fewer of the candidate's are too long.
    const ofBase = base[bin] ?? 0;
    const ofCandidate = candidate[binOf(longest(limits, startOf(bin + 1))) + 1] ?? 0;
    if (ofBase === lastBase && ofCandidate === lastCandidate) continue;
    [lastBase, lastCandidate] = [ofBase, ofCandidate];
    least = Math.min(
      least,
      evidenceBelow({ count: ofBase, trials: baseTrials }, tail) +
        evidenceAbove({ count: ofCandidate, trials: candidateTrials }, tail),
    );
  }
  return least;
}

/** Whether the longest the candidate's p99 may be keeps within the limits of the shortest the base's may be. */
function withinLimits(limits: Limits, base: LatencyHistogram, candidate: LatencyHistogram): boolean {
  const { upper } = tailRanks(candidate.count, TAIL, PASS_CONFIDENCE);
  const { lower } = tailRanks(base.count, TAIL, PASS_CONFIDENCE);
  return upper !== null && lower !== null && candidate.ranked(upper) <= longest(limits, base.ranked(lower));
}

/** The longest a quantile of the candidate's may be when the base's is this. */
function longest({ max, minimumMs }: Limits, milliseconds: number): number {
  return Math.max(max * milliseconds, milliseconds + minimumMs);
}
