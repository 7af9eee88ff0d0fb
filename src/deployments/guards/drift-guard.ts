import type { ComparisonObservations } from './comparison-observations.js';
import { brief, type GuardReport, PASS_CONFIDENCE, type Verdict, withConfidence } from './guard-report.js';
import type { GuardSettings } from './guard-settings.js';
import {
  effectiveSamples,
  largestByChance,
  quantileBins,
  smallestByChance,
  stabilityIndex,
} from '../../statistics/index.js';

/** Fewer on one side, and the index is not yet distributed as the bounds take it to be. */
const FEWEST = 100;
/** Half a count in every bin, so that one which is empty on one side weighs much, but not everything. */
const SMOOTHING = 0.5;
const SEVERITY: Readonly<Record<Verdict, number>> = { PASS: 0, UNDECIDED: 1, FAIL: 2 };

interface OutputDrift {
  readonly output: string;
  readonly verdict: Verdict;
  readonly index: number;
  /** What chance alone gives on average. */
  readonly expected: number;
  readonly baseSamples: number;
  readonly candidateSamples: number;
}

/** Fails when the distribution of an output is beyond doubt further than `maxPsi` from the base's. */
export function driftGuard(
  { maxPsi }: NonNullable<GuardSettings['drift']>,
  { baseOutputs, candidateOutputs }: ComparisonObservations,
  alpha: number,
  confidence: number,
): GuardReport {
  const outputs = [...baseOutputs.byOutput].flatMap(([output, base]) => {
    const candidate = candidateOutputs.byOutput.get(output);
    return candidate ? [{ output, base: base.sorted(), candidate: candidate.sorted() }] : [];
  });
  const drifts = outputs.map((samples) => driftOf(samples, maxPsi, alpha / outputs.length));
  const worst = drifts.reduce<OutputDrift | undefined>(
    (before, drift) => (before === undefined || isWorse(drift, before) ? drift : before),
    undefined,
  );
  const verdict = worst?.verdict ?? 'UNDECIDED';
  return {
    guard: 'DRIFT',
    verdict,
    measured: worst?.index ?? null,
    limit: maxPsi,
    beyondLimit: worst !== undefined && worst.index - worst.expected > maxPsi,
    baseSamples: worst?.baseSamples ?? 0,
    candidateSamples: worst?.candidateSamples ?? 0,
    confidence: verdict === 'FAIL' ? confidence : verdict === 'PASS' ? PASS_CONFIDENCE : null,
    detail: worst ? detailOf(worst, maxPsi, confidence) : 'No output of both versions was seen yet.',
  };
}

function driftOf(
  { output, base, candidate }: { output: string; base: Float64Array; candidate: Float64Array },
  limit: number,
  alpha: number,
): OutputDrift {
  const counts = quantileBins(base, candidate);
  const [index, bins] = [stabilityIndex(counts, SMOOTHING), counts.base.length];
  const samples = effectiveSamples(base.length, candidate.length);
  const enough = Math.min(base.length, candidate.length) >= FEWEST;
  const verdict: Verdict =
    enough && index > largestByChance(limit, bins, samples, doubt(samples, alpha))
      ? 'FAIL'
      : enough && index <= smallestByChance(limit, bins, samples, -Math.log(1 - PASS_CONFIDENCE))
        ? 'PASS'
        : 'UNDECIDED';
  return {
    output,
    verdict,
    index,
    expected: (bins - 1) / samples,
    baseSamples: base.length,
    candidateSamples: candidate.length,
  };
}

/**
 * The x of e⁻ˣ that keeps the probability of ever being wrong below alpha while the samples grow: the stitched boundary of
 * S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Ann. Statist. 49 (2021), equation 2.
 */
function doubt(samples: number, alpha: number): number {
  return (1.7 ** 2 / 2) * (Math.log(Math.log(2 * samples)) + 0.72 * Math.log(5.2 / alpha));
}

function isWorse(drift: OutputDrift, than: OutputDrift): boolean {
  const more = SEVERITY[drift.verdict] - SEVERITY[than.verdict];
  return more > 0 || (more === 0 && drift.index - drift.expected > than.index - than.expected);
}

function detailOf(drift: OutputDrift, limit: number, confidence: number): string {
  const { output, verdict, index, expected, baseSamples, candidateSamples } = drift;
  const samples = `${candidateSamples} of the candidate's values against ${baseSamples} of the base's`;
  const measured =
    `Output "${output}": PSI ${brief(index)} from ${samples}, where chance alone gives ` + brief(expected);
  if (verdict === 'FAIL') return `${measured}: above ${brief(limit)} (${withConfidence(confidence)}).`;
  if (verdict === 'PASS')
    return `${measured}: not above ${brief(limit)} (${withConfidence(PASS_CONFIDENCE)}).`;
  return `${measured}: too few to say whether it is above ${brief(limit)}.`;
}
