import { z } from 'zod';
import {
  columnsOf,
  dense,
  isNumbers,
  type NumberKind,
  StepFault,
  type StepRun,
  type ValueKind,
  type Values,
} from '../../language/index.js';

/** One number for all columns, or one for each. */
export const perColumn = z.union(
  [z.number(), z.array(z.number()).min(1)],
  'expected a number, or one for each column',
);
export type PerColumn = z.output<typeof perColumn>;

/** The numbers a step takes. */
export function numbersOf([kind]: readonly ValueKind[]): NumberKind {
  if (kind === undefined || !isNumbers(kind)) throw new StepFault([], 'needs numbers');
  return kind;
}

/** Numbers of the same shape and names, of which it is for the author to say what they mean now. */
export function changed(kind: NumberKind, holds: NumberKind['holds'] = 'real'): NumberKind {
  const { shape, names, gaps } = kind;
  return { kind: 'numbers', shape, holds, ...(names && { names }), ...(gaps && { gaps }) };
}

/** @throws StepFault when there are neither one number nor as many as columns */
export function checkColumns(name: string, values: PerColumn, kind: NumberKind): void {
  const columns = columnsOf(kind);
  if (typeof values !== 'number' && columns !== -1 && values.length !== columns)
    throw new StepFault(
      [name],
      `one number, or one for each of the ${columns} columns; got ${values.length}`,
    );
}

export function byColumn(values: PerColumn): (column: number) => number {
  if (typeof values === 'number') return () => values;
  return (column) => values[column] ?? NaN;
}

/** Runs a function of single numbers, and of their place along the last dimension, over all of a batch. */
export function elementwise(apply: (value: number, column: number) => number): StepRun {
  return ([values]) => applied(values, apply);
}

function applied(values: Values | undefined, apply: (value: number, column: number) => number): Values {
  if (values === undefined || values.form === 'items') throw new Error('Expected numbers');
  if (values.form === 'dense') {
    const { data, width } = values;
    return dense(width, appliedTo(data, width, apply));
  }
  return {
    form: 'ragged',
    rows: values.rows.map(({ shape, data }) => ({ shape, data: appliedTo(data, shape.at(-1) ?? 1, apply) })),
  };
}

function appliedTo(
  data: ArrayLike<number>,
  columns: number,
  apply: (value: number, column: number) => number,
): Float64Array {
  const result = new Float64Array(data.length);
  let column = 0;
  for (let index = 0; index < data.length; index++) {
    result[index] = apply(data[index] ?? NaN, column);
    column += 1;
    if (column === columns) column = 0;
  }
  return result;
}
