import { chiSquaredQuantile, differenceInterval } from '../../statistics/index.js';
import { brief, type GuardReport, PASS_CONFIDENCE, type Verdict, withConfidence } from './guard-report.js';
import type { EvaluationGuardSettings } from './guard-settings.js';
import { qualityOf, type MeasuredQuality } from './measured-quality.js';

/** What was measured of both versions. */
export interface ComparedQualities {
  readonly base: readonly MeasuredQuality[] | undefined;
  readonly candidate: readonly MeasuredQuality[] | undefined;
}

export const NOT_MEASURED: ComparedQualities = { base: undefined, candidate: undefined };

/** That intervals of metrics have. */
const LEVEL = 0.95;

/**
 * Fails when the candidate's metric is beyond doubt more than `maxLoss` worse than the base's, measured on rows of one name. The
 * intervals are those of the evaluations, taken as normal ones to reach another confidence; neither this nor how often it is
 * looked at depends on the requests, so the newest evaluations are one look however long the migration lasts.
 */
export function evaluationGuard(
  settings: EvaluationGuardSettings,
  qualities: ComparedQualities,
  alpha: number,
  confidence: number,
): GuardReport {
  const { maxLoss } = settings;
  const base = qualityOf(qualities.base, settings);
  const candidate = qualityOf(qualities.candidate, settings);
  const common = {
    guard: 'EVALUATION',
    limit: maxLoss,
    baseSamples: base?.rows ?? 0,
    candidateSamples: candidate?.rows ?? 0,
  } as const;
  const what = `${settings.metric} on "${settings.dataset}"`;
  if (!candidate || base?.higherIsBetter == null || base.unit !== candidate.unit)
    return {
      ...common,
      verdict: 'UNDECIDED',
      measured: null,
      beyondLimit: false,
      confidence: null,
      detail: `${what} ${problemOf(base, candidate)}.`,
    };
  const sign = base.higherIsBetter ? -1 : 1;
  const loss = sign * (candidate.value - base.value);
  const sure = lossBounds(base, candidate, sign, deviations(alpha) / deviations((1 - LEVEL) / 2));
  const likely = lossBounds(
    base,
    candidate,
    sign,
    deviations(1 - PASS_CONFIDENCE) / deviations((1 - LEVEL) / 2),
  );
  const verdict: Verdict = sure.low > maxLoss ? 'FAIL' : likely.high <= maxLoss ? 'PASS' : 'UNDECIDED';
  const unit = base.unit === null || base.unit === '1' ? '' : ` ${base.unit}`;
  const told = `${what} is ${brief(candidate.value)}${unit} of the candidate's and ${brief(base.value)}${unit} of the base's`;
  return {
    ...common,
    verdict,
    measured: loss,
    beyondLimit: loss > maxLoss,
    confidence: verdict === 'FAIL' ? confidence : verdict === 'PASS' ? PASS_CONFIDENCE : null,
    detail: `${told}: ${conclusion(verdict, maxLoss, unit, confidence)}`,
  };
}

function lossBounds(base: MeasuredQuality, candidate: MeasuredQuality, sign: 1 | -1, scale: number) {
  const { low, high } = differenceInterval(base, candidate, scale);
  return sign === 1 ? { low, high } : { low: -high, high: -low };
}

/** Of a standard normal variable, which is beyond them with probability `tail` on one side. */
function deviations(tail: number): number {
  return Math.sqrt(chiSquaredQuantile(2 * tail, 1));
}

function conclusion(verdict: Verdict, limit: number, unit: string, confidence: number): string {
  const worse = limit === 0 ? 'worse' : `more than ${brief(limit)}${unit} worse`;
  if (verdict === 'FAIL') return `${worse} (${withConfidence(confidence)}).`;
  if (verdict === 'PASS') return `not ${worse} (${withConfidence(PASS_CONFIDENCE)}).`;
  return `their intervals cannot tell whether that is ${worse}.`;
}

function problemOf(base: MeasuredQuality | null, candidate: MeasuredQuality | null): string {
  if (!base || !candidate)
    return `is not known of ${base ? 'the candidate' : candidate ? 'the base' : 'either'}`;
  if (base.unit !== candidate.unit)
    return `has the units ${base.unit ?? 'none'} and ${candidate.unit ?? 'none'}`;
  return 'has no better and no worse';
}
