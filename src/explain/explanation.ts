import type { JsonValue } from '../pipelines/index.js';
import type { IdentifiedPrediction } from '../predictions/index.js';
import type { Player } from './games/game.js';
import type { ExplanationGame, ExplanationMethod } from './methods/explanation-method.js';

/** In what words an instance is explained. */
export const EXPLANATION_FEATURES = ['AUTO', 'FIELDS', 'INPUTS', 'ATOMS', 'TOKENS', 'REGIONS'] as const;
export type ExplanationFeatures = (typeof EXPLANATION_FEATURES)[number];

export interface Attribution extends Player {
  /** In the target's unit. */
  readonly attribution: number;
  /** Half-width of a 95 % interval; 0 where the number is exact up to rounding. */
  readonly error: number;
}

export interface ExplanationNote {
  readonly code: string;
  readonly message: string;
}

/** What moves an answer, and by how much. */
export interface Explanation {
  readonly instance: JsonValue;
  readonly prediction: IdentifiedPrediction;
  /** What was used; what was asked for where the instance could not be explained. */
  readonly method: ExplanationMethod;
  /** Why this method, where AUTO chose it. */
  readonly methodReason: string | null;
  readonly features: Exclude<ExplanationFeatures, 'AUTO'>;
  readonly game: ExplanationGame | null;
  readonly target: { readonly name: string; readonly unit: string | null };
  /** What absent quantities are taken from, in words. */
  readonly background: string | null;
  /** Null where the instance could not be explained: `prediction.error` says why. */
  readonly baseValue: number | null;
  readonly value: number | null;
  readonly attributions: readonly Attribution[];
  /** Σ attributions − (value − baseValue). */
  readonly completenessGap: number | null;
  readonly rows: number;
  readonly seconds: number;
  readonly converged: boolean;
  readonly notes: readonly string[];
  readonly warnings: readonly ExplanationNote[];
}
