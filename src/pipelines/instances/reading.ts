import type { PredictionNote } from '../prediction.js';

/** What one source step makes of an instance: row-major numbers of a shape, without a batch dimension. */
export interface SourceValue {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** One instance, read. */
export interface Instance {
  /** By name of the input tensor, before its transforms. */
  readonly values: Readonly<Record<string, SourceValue>>;
  /** What domain ranges may bound; one that is not known for this instance is left out. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly warnings: readonly PredictionNote[];
}

export type Reading = { readonly instance: Instance } | { readonly error: PredictionNote };

export function scalar(value: number): SourceValue {
  return { shape: [], data: [value] };
}
