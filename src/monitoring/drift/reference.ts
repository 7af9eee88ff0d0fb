import type { BinnedValues, ChanceDistance } from '../../statistics/index.js';
import type { Quantity } from './quantity.js';

export const REFERENCE_SOURCES = ['TRAINING_DATA', 'EXAMPLES', 'RECORDED_WINDOW'] as const;
export type ReferenceSource = (typeof REFERENCE_SOURCES)[number];

/** The range that a pipeline declares the model for, and how many of the reference's rows lie outside. */
export interface DomainRange {
  readonly min: number | null;
  readonly max: number | null;
  readonly outside: number;
}

interface FeatureBase extends Quantity {
  /** Of this operation, those without a value included. */
  readonly rows: number;
  /** Of these rows, those that have no value, or none that is finite. */
  readonly missing: number;
  readonly domain: DomainRange | null;
}

export interface NumberFeature extends FeatureBase {
  readonly kind: 'NUMBER';
  /** Upper bounds, inclusive, of all bins but the last. */
  readonly bounds: readonly number[];
  readonly values: BinnedValues;
  readonly chance: ChanceDistance;
}

export interface CategoryFeature extends FeatureBase {
  readonly kind: 'CATEGORY';
  /** The commonest ones. */
  readonly categories: readonly string[];
  /** Of each category, and last of all others together. */
  readonly counts: readonly number[];
}

/** How one quantity was distributed. */
export type ReferenceFeature = NumberFeature | CategoryFeature;

/** What a version was made for, quantity by quantity: live requests are held against it. Replaced as a whole. */
export interface Reference {
  readonly id: string;
  readonly versionId: string;
  readonly source: ReferenceSource;
  /** Rows it was made of. */
  readonly rows: number;
  /** Of these, those that the version could not answer. */
  readonly unanswered: number;
  readonly features: readonly ReferenceFeature[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly reason: string | null;
}

/** Bins a feature is counted in, the last one for what no other takes. */
export function binsOf(feature: ReferenceFeature): number {
  return feature.kind === 'NUMBER' ? feature.bounds.length + 1 : feature.categories.length + 1;
}

/** How many rows have a value. */
export function valuesOf({ rows, missing }: Pick<FeatureBase, 'rows' | 'missing'>): number {
  return rows - missing;
}
