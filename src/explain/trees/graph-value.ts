import type { Column } from './column.js';
import type { ScoreForm } from './scalar-forest.js';

/** What is done to scores last. Shapley values are of what it is done to, the margin. */
export const LINKS = ['NONE', 'LOGISTIC', 'SOFTMAX', 'EXP'] as const;
export type Link = (typeof LINKS)[number];

/** A value of a graph, one row of it: what its elements, row-major, are made of. */
export type GraphValue =
  /** Of each element a column; `rank` counts the axis of rows. */
  | {
      readonly kind: 'columns';
      readonly columns: readonly Column[];
      readonly rank: number;
      readonly type: ElementKind;
    }
  | {
      readonly kind: 'scores';
      readonly forms: readonly ScoreForm[];
      readonly rank: number;
      readonly link: Link;
    }
  /** The same for every row. */
  | {
      readonly kind: 'constant';
      readonly values: Float64Array;
      readonly dims: readonly number[];
      readonly type: ElementKind;
    }
  /** A clause: why it is none of these. */
  | { readonly kind: 'unknown'; readonly why: string };

export type ElementKind = 'float32' | 'float64' | 'whole' | 'other';

/** By TensorProto.DataType. */
export function elementKind(type: number): ElementKind {
  if (type === 1) return 'float32';
  if (type === 11) return 'float64';
  return [2, 3, 4, 5, 6, 7, 9, 12, 13].includes(type) ? 'whole' : 'other';
}

export const unknown = (why: string): GraphValue => ({ kind: 'unknown', why });
