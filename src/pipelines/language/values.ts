import { type ValueKind, widthOf } from './value-kind.js';

export type NumberArray = Float64Array | Float32Array | Uint8Array;

/** The same count of numbers for each row, end to end. */
export interface DenseValues {
  readonly form: 'dense';
  /** Numbers a row. */
  readonly width: number;
  readonly data: NumberArray;
}

/** Numbers of another shape for each row. */
export interface RaggedValues {
  readonly form: 'ragged';
  readonly rows: readonly RowNumbers[];
}

export interface RowNumbers {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number>;
}

/** Texts or objects, one a row. */
export interface ItemValues {
  readonly form: 'items';
  readonly items: readonly unknown[];
}

/** One value of a kind for each row of a batch. */
export type Values = DenseValues | RaggedValues | ItemValues;

/** In which form the values of a kind lie. A date is its milliseconds since 1970. */
export function formOf(kind: ValueKind): Values['form'] {
  if (kind.kind === 'numbers') return widthOf(kind.shape) === -1 ? 'ragged' : 'dense';
  return kind.kind === 'date' ? 'dense' : 'items';
}

export function dense(width: number, data: NumberArray): DenseValues {
  return { form: 'dense', width, data };
}

/** @throws Error when values are not what the check of the pipeline promised */
export function asDense(values: Values | undefined): DenseValues {
  if (values?.form !== 'dense') throw new Error('Expected numbers of one shape');
  return values;
}

export function asItems(values: Values | undefined): readonly unknown[] {
  if (values?.form !== 'items') throw new Error('Expected objects');
  return values.items;
}

/** The rows of these numbers, in their order. */
export function keepRows(values: Values, kept: readonly number[]): Values {
  switch (values.form) {
    case 'dense': {
      const { width, data } = values;
      const copy = new (data.constructor as new (length: number) => NumberArray)(kept.length * width);
      for (const [place, row] of kept.entries())
        copy.set(data.subarray(row * width, (row + 1) * width), place * width);
      return dense(width, copy);
    }
    case 'ragged':
      return { form: 'ragged', rows: kept.flatMap((row) => values.rows[row] ?? []) };
    case 'items':
      return { form: 'items', items: kept.map((row) => values.items[row]) };
  }
}

/** The numbers of one row. */
export function rowNumbers(values: Values, row: number, shape: readonly number[]): RowNumbers {
  switch (values.form) {
    case 'dense':
      return { shape, data: values.data.subarray(row * values.width, (row + 1) * values.width) };
    case 'ragged':
      return values.rows[row] ?? { shape: [], data: [] };
    case 'items':
      throw new Error('Expected numbers');
  }
}
