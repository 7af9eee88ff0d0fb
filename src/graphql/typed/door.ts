import type { VersionRecord } from '../../catalog/index.js';
import type { VersionDescription } from '../../predictions/index.js';

/** Why a field answers no longer. */
export interface Departure {
  readonly at: Date;
  /** What happened, as the rest of a sentence about the deployment. */
  readonly what: string;
}

/** What a field of `TypedModels` is made from. */
export interface Door {
  readonly deployment: { readonly id: string; readonly name: string; readonly modelName: string };
  readonly fieldName: string;
  readonly description: VersionDescription;
  /** Whether a version takes and answers just what the field does. */
  readonly fits: (version: VersionRecord) => boolean;
  /** Null while it answers. */
  readonly departed: Departure | null;
}

/** Doors of equal keys have equal fields. */
export function keyOf({ deployment, fieldName, description, departed }: Door): string {
  return JSON.stringify([deployment, fieldName, description, departed]);
}
