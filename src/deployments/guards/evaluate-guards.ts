import { ArmObservations } from './arm-observations.js';
import { ComparisonObservations } from './comparison-observations.js';
import { driftGuard } from './drift-guard.js';
import { errorRateGuard } from './error-rate-guard.js';
import { evaluationGuard, NOT_MEASURED, type ComparedQualities } from './evaluation-guard.js';
import type { GuardReport } from './guard-report.js';
import { DEFAULT_OUTPUT_DIFFERENCE, type GuardSettings } from './guard-settings.js';
import { outputDifferenceGuard } from './output-difference-guard.js';
import { p99Guard } from './p99-guard.js';

/** What guards judge by, since a step began. */
export interface GuardObservations {
  readonly base: ArmObservations;
  readonly candidate: ArmObservations;
  readonly comparison: ComparisonObservations;
}

export function beginObservations({ outputDifference }: GuardSettings): GuardObservations {
  return {
    base: new ArmObservations(),
    candidate: new ArmObservations(),
    comparison: new ComparisonObservations((outputDifference ?? DEFAULT_OUTPUT_DIFFERENCE).tolerance),
  };
}

/**
 * What each guard that is on says, from what was observed so far; pure, and as often as one likes: the methods hold at
 * every look at once (docs/decisions/0017). What may go wrong over the whole migration, 1 − confidence, is shared equally
 * among the guards, and among the periods as 1/2 + 1/6 + 1/12 + …, which is 1 however many follow.
 *
 * @param period How often this migration's observations were begun: 1 in its first step, one more for each step and for
 *   each restart of the process.
 * @param qualities what was measured of the two versions on rows whose values are known
 */
export function evaluateGuards(
  settings: GuardSettings,
  { base, candidate, comparison }: GuardObservations,
  period: number,
  qualities: ComparedQualities = NOT_MEASURED,
): GuardReport[] {
  const { errorRate, p99Ratio, outputDifference, drift, evaluation, confidence } = settings;
  const all = [errorRate, p99Ratio, outputDifference, drift, evaluation ?? null];
  const guards = all.filter((guard) => guard !== null).length;
  const alpha = (1 - confidence) / (period * (period + 1)) / guards;
  const arms = { base, candidate };
  const reports: GuardReport[] = [];
  if (errorRate) reports.push(errorRateGuard(errorRate, arms, alpha, confidence));
  if (p99Ratio) reports.push(p99Guard(p99Ratio, arms, alpha, confidence));
  if (outputDifference) reports.push(outputDifferenceGuard(outputDifference, comparison, alpha, confidence));
  if (drift) reports.push(driftGuard(drift, comparison, alpha, confidence));
  if (evaluation) reports.push(evaluationGuard(evaluation, qualities, alpha, confidence));
  return reports;
}
