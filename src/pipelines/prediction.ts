import type { JsonValue } from './json.js';

export interface PredictionNote {
  readonly code: string;
  readonly message: string;
}

/** The answer for one instance, in the order the instances came. */
export interface Prediction {
  /**
   * A number for one scalar result, an array for a result with several elements, an object by name for several
   * results; null when `error` is set.
   */
  readonly value: JsonValue;
  /** The unit of `value`; for several results in different units `name: unit, name: unit`. */
  readonly unit: string | null;
  /** The value stands, but the reader must know: outside the declared domain, more than one fragment. */
  readonly warnings: PredictionNote[];
  /** Why this instance has no value. Its neighbours are not concerned. */
  readonly error: PredictionNote | null;
}

/** What makes one instance unanswerable: thrown while reading it, caught for its row alone. */
export class RowError extends Error {
  override readonly name = 'RowError';

  constructor(
    readonly code: RowErrorCode,
    message: string,
  ) {
    super(message);
  }

  get note(): PredictionNote {
    return { code: this.code, message: this.message };
  }
}

export type RowErrorCode =
  | 'INVALID_INSTANCE'
  | 'INVALID_SMILES'
  | 'INVALID_MOLBLOCK'
  | 'INVALID_NUCLIDE'
  | 'INVALID_PARTICLES'
  | 'MOLECULE_TOO_COMPLEX'
  | 'DEADLINE_EXCEEDED'
  /** The graph refused the run of this instance. */
  | 'RUN_FAILED'
  | 'RUN_TOO_LONG'
  | 'MODEL_OUT_OF_MEMORY'
  | 'NON_FINITE'
  | 'UNKNOWN_CLASS'
  | 'NOT_REPRESENTABLE';

export type WarningCode =
  'OUT_OF_DOMAIN' | 'MULTIPLE_FRAGMENTS' | 'BARE_ATOMS' | 'NO_CUTOFF' | 'ROWS_DECLARED_INDEPENDENT';
