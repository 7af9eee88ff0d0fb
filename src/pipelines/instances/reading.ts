import type { RowErrorNote, WarningNote } from '../prediction.js';

/** What one source step makes of an instance: row-major numbers of a shape, without a batch dimension. */
export interface SourceValue {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** One instance, read. */
export interface Instance {
  /** By name of the input tensor, before its transforms. */
  readonly values: Readonly<Record<string, SourceValue>>;
  /** What describes it: descriptors, fields, what domain ranges may bound. One that is not known for it is left out. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly warnings: readonly WarningNote[];
}

export type Reading = { readonly instance: Instance } | { readonly error: RowErrorNote };

export function scalar(value: number): SourceValue {
  return { shape: [], data: [value] };
}
