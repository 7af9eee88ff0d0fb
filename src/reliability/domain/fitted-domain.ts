import type { JsonValue } from '../../pipelines/index.js';
import type { ColumnScaling, Fingerprints, Leverage, Rows } from '../../statistics/index.js';

/** Smallest and largest value of a quantity in the training rows. */
export interface TrainingRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** Training rows by the numbers that the model gets. */
export interface ColumnDomain {
  readonly scaling: ColumnScaling;
  readonly rows: Rows;
  /** Null where there are too few rows for so many columns, or too many columns. */
  readonly leverage: Leverage | null;
  /** How many neighbours a distance is the mean over, at most. */
  readonly neighbours: number;
  /** The mean distance to its neighbours that a share of the training rows does not exceed. */
  readonly limit: number;
  /** The median of these distances. */
  readonly typical: number;
}

/** Training rows by bits. */
export interface PrintDomain {
  /** `MODEL`: bits among what the model gets, by their columns. `MORGAN`: of the molecule, radius 2, folded to 2,048 bits. */
  readonly source: { readonly kind: 'MODEL'; readonly columns: Int32Array } | { readonly kind: 'MORGAN' };
  readonly prints: Fingerprints;
  /** The similarity to its nearest other that a share of the training rows reaches. */
  readonly limit: number;
}

/** A training row as it may be shown. */
export interface ShownRow {
  readonly instance: JsonValue;
  readonly measured: JsonValue;
  readonly predicted: JsonValue;
}

/** What training rows say of an instance. Fitted once for a version, and kept in a file: plain data. */
export interface FittedDomain {
  /** Of the training data. */
  readonly count: number;
  /** Of these, the sample that distances are to. */
  readonly sampled: number;
  /** Those that the pipeline could not read. */
  readonly unreadable: number;
  /** The share of training rows that limits of distance and similarity let in. */
  readonly coverage: number;
  readonly ranges: readonly TrainingRange[];
  /** Numbers of an instance; 0 where instances have different ones. */
  readonly width: number;
  readonly columns: ColumnDomain | null;
  readonly prints: PrintDomain | null;
  /** By row of the sample; null unless the publisher discloses them. */
  readonly shown: readonly ShownRow[] | null;
}
