/** How far off predictions of a result were, in ascending order. */
export interface NumberCalibration {
  readonly kind: 'NUMBER';
  /** The result whose value was measured. */
  readonly result: string;
  /** |measured − predicted| over the difficulty of its row. */
  readonly scores: Float64Array;
  /** What says how hard a row is; null: all are held to be equally hard. */
  readonly difficulty: Difficulty | null;
  /** Rows that the model had no answer to; they count for nothing. */
  readonly unanswered: number;
}

export type Difficulty = { readonly by: 'NEAREST' } | { readonly by: 'RESULT'; readonly result: string };

/** What probability the class that was measured was given. */
export interface ClassCalibration {
  readonly kind: 'CLASSES';
  /** The result that gets the set. */
  readonly result: string;
  /** The result that gives each class its probability. */
  readonly probabilities: string;
  /** 1 − probability of the true class, by class, ascending. */
  readonly scores: ReadonlyMap<string, Float64Array>;
  readonly unanswered: number;
}

export type Calibration = NumberCalibration | ClassCalibration;

/** An ensemble that agrees by chance is not certain: a spread below this share of the usual one counts as so much. */
export const LEAST_DIFFICULTY = 1e-6;
