/** When a migration goes back by itself. A guard that is null is off. */
export interface GuardSettings {
  /** The candidate's share of failures may exceed the base's by this much, absolutely. */
  readonly errorRate: { readonly maxIncrease: number } | null;
  /** The candidate's p99 may be this many times the base's; a difference below `minimumMs` is never a reason. */
  readonly p99Ratio: { readonly max: number; readonly minimumMs: number } | null;
  /** At most `maxShare` of the compared requests may differ by more than `tolerance`, relative to max(1, |base|). */
  readonly outputDifference: { readonly tolerance: number; readonly maxShare: number } | null;
  /** Largest population stability index of an output, the candidate's distribution against the base's. */
  readonly drift: { readonly maxPsi: number } | null;
  /**
   * A metric that was measured of both versions on one set of rows (`evaluateVersion`) may be this much worse. Left out in plans of
   * before there was this guard.
   */
  readonly evaluation?: EvaluationGuardSettings | null;
  /**
   * Of a decision against the candidate: one that keeps within every limit is given up with a probability of at most
   * 1 − confidence over the whole migration, however often and however long it is looked at.
   */
  readonly confidence: number;
}

export interface EvaluationGuardSettings {
  /** Such as `rmse`. */
  readonly metric: string;
  /** What the rows are called. */
  readonly dataset: string;
  /** In the unit of the metric, for the worse. */
  readonly maxLoss: number;
}

export const DEFAULT_ERROR_RATE = { maxIncrease: 0.01 };
/** Twice, and 20 ms: the larger share of the traffic alone makes larger batches, and they take longer. */
export const DEFAULT_P99_RATIO = { max: 2, minimumMs: 20 };
export const DEFAULT_OUTPUT_DIFFERENCE = { tolerance: 1e-3, maxShare: 0.01 };
/** Above 0.25 is what credit scoring, where the index comes from, calls a significant shift. */
export const DEFAULT_DRIFT = { maxPsi: 0.25 };

/**
 * No version is meant to fail more often or to be slower; to answer differently is what most are made for, so those two
 * guards are for whoever asks for them.
 */
export const DEFAULT_GUARDS: GuardSettings = {
  errorRate: DEFAULT_ERROR_RATE,
  p99Ratio: DEFAULT_P99_RATIO,
  outputDifference: null,
  drift: null,
  evaluation: null,
  confidence: 0.999,
};
