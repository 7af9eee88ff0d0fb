import type { TensorSpec } from '../tensors/index.js';

/** What somebody who calls the base version meets when the target answers instead. */
export const COMPATIBILITIES = ['IDENTICAL', 'COMPATIBLE', 'BREAKING'] as const;
export type Compatibility = (typeof COMPATIBILITIES)[number];
/** How one difference weighs; what is identical is no difference. */
export type Severity = Exclude<Compatibility, 'IDENTICAL'>;

export type TensorSide = 'INPUT' | 'OUTPUT';

export const SIGNATURE_DIFFERENCE_KINDS = [
  'ADDED',
  'REMOVED',
  'RENAMED',
  'DATATYPE',
  'RANK',
  'WIDENED',
  'NARROWED',
  'RESIZED',
  'TIED',
  'UNTIED',
  'DIMENSION_NAME',
  'OPTIONAL',
  'REQUIRED',
  'DEFAULT',
  'CLASSES',
  'NUMBER_FORMAT',
  'ORDER',
] as const;
export type SignatureDifferenceKind = (typeof SIGNATURE_DIFFERENCE_KINDS)[number];

export interface SignatureDifference {
  readonly side: TensorSide;
  /** The tensor's name in the base, or in the target when the base has no such tensor. */
  readonly tensor: string;
  readonly kind: SignatureDifferenceKind;
  readonly severity: Severity;
  /** What it means for a caller of the base, in words. */
  readonly reason: string;
  /** Null where the base has no such tensor. */
  readonly base: TensorSpec | null;
  /** Null where the target has no such tensor. */
  readonly target: TensorSpec | null;
}

/** The worst of several differences. */
export function worst(differences: readonly { readonly severity: Severity }[]): Compatibility {
  if (differences.some(({ severity }) => severity === 'BREAKING')) return 'BREAKING';
  return differences.length > 0 ? 'COMPATIBLE' : 'IDENTICAL';
}

/** `FP32 [batch,4]`, as people write it: variable dimensions by their name, or -1. */
export function formatSpec({ datatype, shape, dimensions, unranked }: TensorSpec): string {
  if (unranked === true) return `${datatype} of any shape`;
  return `${datatype} [${shape.map((size, axis) => (size === -1 ? (dimensions?.[axis] ?? '-1') : size)).join(',')}]`;
}

/** Whether two specs say the same, the tensors' names apart. */
export function alike(one: TensorSpec, other: TensorSpec): boolean {
  return (
    one.datatype === other.datatype &&
    one.unranked === other.unranked &&
    one.shape.length === other.shape.length &&
    one.shape.every((size, axis) => size === other.shape[axis])
  );
}
