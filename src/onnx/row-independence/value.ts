import { Extent } from './extent.js';

/** Small whole numbers, reals or truth values (0 and 1) of a tensor, row-major. */
export interface Elements {
  readonly values: readonly Extent[];
  /** Whether division of them drops the remainder. */
  readonly whole: boolean;
}

/** Where the rows of a tensor lie: along `axis`, whose size is before · rows · after. */
export interface RowAxis {
  readonly axis: number;
  /** More than 1 where rows are not outermost within their axis: block b of the axis holds one part of every row. */
  readonly before: Extent;
}

/**
 * What is known of a tensor, whatever the request.
 *
 * With `rows`: the part of it that belongs to row i along that axis is a function of row i of the inputs alone, the same
 * for every i and every number of rows; no other size counts rows. Without: it is the same for all rows and for every
 * number of them, unless its elements are known and count rows (as those of a shape do), which then say how.
 */
export interface Followed {
  readonly kind: 'followed';
  /** Null: not even their number is known. Never with `rows`. */
  readonly dims: readonly Extent[] | null;
  readonly rows: RowAxis | null;
  readonly elements: Elements | null;
  /**
   * Rows are filled up along the last axis with this text to the length of the longest, which is the one thing that
   * depends on other rows.
   */
  readonly padding: string | null;
  /** Row i along the axis is i itself, and nothing else. */
  readonly numbersRows: boolean;
  /** The input whose elements it has, in whatever type and shape; null where they are computed. */
  readonly origin: string | null;
}

/** Rows meet in it; what made them so. */
export interface Mixed {
  readonly kind: 'mixed';
  /** As in `Softmax "probabilities"`. */
  readonly node: string;
  readonly why: string;
}

export type Value = Followed | Mixed;

/** More elements than any shape has are not followed one by one. */
export const MAX_ELEMENTS = 1_024;

const plain = {
  kind: 'followed',
  rows: null,
  elements: null,
  padding: null,
  numbersRows: false,
  origin: null,
} as const;

/** The same for all rows. */
export function constant(dims: readonly Extent[] | null, elements: Elements | null = null): Followed {
  return { ...plain, dims, elements };
}

export function withRows(dims: readonly Extent[], rows: RowAxis | null): Followed {
  return { ...plain, dims, rows };
}

/** Of rank 1. */
export function vector(values: readonly Extent[]): Followed {
  return constant([Extent.of(values.length)], { values, whole: true });
}

export function scalar(value: Extent, whole = true): Followed {
  return constant([], { values: [value], whole });
}

/** Whether its values depend on how many rows there are, though on no row. */
export function countsRows({ elements }: Followed): boolean {
  return elements?.values.some((value) => value.countsRows) === true;
}

/** Rows lie one after the other along the axis, each `after` long. */
export function isOutermost({ before }: RowAxis): boolean {
  return before.is(1);
}
