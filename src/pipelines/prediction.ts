import type { JsonValue } from './json.js';

export const WARNING_CODES = [
  'OUT_OF_DOMAIN',
  'MULTIPLE_FRAGMENTS',
  'BARE_ATOMS',
  'NO_CUTOFF',
  /** The molecule has a substructure that a set of alerts names. */
  'STRUCTURAL_ALERT',
  'ROWS_DECLARED_INDEPENDENT',
  'CALIBRATION_TOO_SMALL',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

export const ROW_ERROR_CODES = [
  'INVALID_INSTANCE',
  'INVALID_SMILES',
  'INVALID_MOLBLOCK',
  'INVALID_NUCLIDE',
  'INVALID_PARTICLES',
  'INVALID_COMPOSITION',
  'INVALID_STRUCTURE',
  'INVALID_SPECTRUM',
  'INVALID_IMAGE',
  'INCOMPATIBLE_UNIT',
  'UNKNOWN_CATEGORY',
  'OUT_OF_RANGE',
  'MOLECULE_TOO_COMPLEX',
  'DEADLINE_EXCEEDED',
  /** The graph refused the run of this instance. */
  'RUN_FAILED',
  'RUN_TOO_LONG',
  'MODEL_OUT_OF_MEMORY',
  'NON_FINITE',
  'UNKNOWN_CLASS',
  'NOT_REPRESENTABLE',
  /** Where a deployment refuses what lies outside of the version's domain of applicability. */
  'OUT_OF_DOMAIN',
] as const;
export type RowErrorCode = (typeof ROW_ERROR_CODES)[number];

export interface PredictionNote<Code extends string> {
  readonly code: Code;
  readonly message: string;
}
export type WarningNote = PredictionNote<WarningCode>;
export type RowErrorNote = PredictionNote<RowErrorCode>;

/** One result of the pipeline for one instance. */
export interface PredictedValue {
  readonly name: string;
  /** A number, text or boolean for one element, else an array of them, or an object by the names of columns. */
  readonly value: JsonValue;
  /** Null for a label. */
  readonly unit: string | null;
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
  /** What `value` is made of, in the order of the stored pipeline; empty when `error` is set. */
  readonly results: readonly PredictedValue[];
  /** The value stands, but the reader must know: outside the declared domain, more than one fragment. */
  readonly warnings: readonly WarningNote[];
  /** Why this instance has no value. Its neighbours are not concerned. */
  readonly error: RowErrorNote | null;
}

const UNREADABLE: ReadonlySet<RowErrorCode> = new Set([
  'INVALID_INSTANCE',
  'INVALID_SMILES',
  'INVALID_MOLBLOCK',
  'MOLECULE_TOO_COMPLEX',
]);

/** Whether the instance itself could not be read, so that there is nothing to draw either. */
export function isUnreadable({ code }: RowErrorNote): boolean {
  return UNREADABLE.has(code);
}

/** What makes one instance unanswerable: thrown while reading it, caught for its row alone. */
export class RowError extends Error {
  override readonly name = 'RowError';

  readonly code: RowErrorCode;

  constructor(code: RowErrorCode, message: string) {
    // Nobody reads the trace of a bad row, and writing it down takes longer than the row.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    this.code = code;
  }

  get note(): RowErrorNote {
    return { code: this.code, message: this.message };
  }
}
