export const GUARDS = ['ERROR_RATE', 'P99_RATIO', 'OUTPUT_DIFFERENCE', 'DRIFT', 'EVALUATION'] as const;
export type Guard = (typeof GUARDS)[number];

/** UNDECIDED: not enough seen yet to say that the candidate is within the limit, or beyond it. */
export const VERDICTS = ['PASS', 'FAIL', 'UNDECIDED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What one guard says at one look, with the statistics it says it from. */
export interface GuardReport {
  readonly guard: Guard;
  readonly verdict: Verdict;
  /** What `limit` bounds, as observed; null when nothing was. */
  readonly measured: number | null;
  readonly limit: number;
  /** As measured, and apart from what chance alone shows, it is beyond the limit; what that proves is the verdict. */
  readonly beyondLimit: boolean;
  readonly baseSamples: number;
  readonly candidateSamples: number;
  /** With which the verdict holds: over the whole migration for FAIL, of this look for PASS, null for UNDECIDED. */
  readonly confidence: number | null;
  /** One sentence for people. */
  readonly detail: string;
}

/** With which a PASS holds. Letting a bad candidate go on for now costs less than giving up a good one. */
export const PASS_CONFIDENCE = 0.95;

/** A share as people read it: "1.25 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** "confidence 0.999", with as many digits as were asked for. */
export function withConfidence(confidence: number): string {
  return `confidence ${Number(confidence.toPrecision(6))}`;
}

/** Three digits, without trailing zeros. */
export function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}
