/** What is done to a number of the inputs before trees compare it, each step rounded as the runtime rounds it. */
export type ColumnStep =
  | { readonly kind: 'cast'; readonly to: 'float32' | 'float64' | 'whole' }
  | {
      readonly kind: 'arithmetic';
      readonly operator: 'add' | 'subtract' | 'multiply' | 'divide';
      readonly by: number;
      /** The column stands on the right of the operator. */
      readonly isRight: boolean;
      readonly isDouble: boolean;
    }
  | { readonly kind: 'replace'; readonly missing: number; readonly with: number };

/** One feature of trees: a number of the graph's inputs, or a constant. */
export interface Column {
  /** Place among all numbers of one row of the inputs, input by input; -1 for a constant. */
  readonly from: number;
  readonly steps: readonly ColumnStep[];
  /** Of a constant. */
  readonly value: number;
}

/** The columns of one row. */
export function columnsOf(columns: readonly Column[], row: Float64Array): Float64Array {
  const values = new Float64Array(columns.length);
  for (const [at, { from, steps, value }] of columns.entries()) {
    let current = from < 0 ? value : (row[from] ?? NaN);
    for (const step of steps) current = applied(step, current);
    values[at] = current;
  }
  return values;
}

function applied(step: ColumnStep, value: number): number {
  switch (step.kind) {
    case 'cast':
      if (step.to === 'float32') return Math.fround(value);
      return step.to === 'whole' ? Math.trunc(value) : value;
    case 'replace':
      return value === step.missing || (Number.isNaN(step.missing) && Number.isNaN(value))
        ? step.with
        : value;
    case 'arithmetic': {
      const [left, right] = step.isRight ? [step.by, value] : [value, step.by];
      const result = calculated(step.operator, left, right);
      return step.isDouble ? result : Math.fround(result);
    }
  }
}

function calculated(
  operator: 'add' | 'subtract' | 'multiply' | 'divide',
  left: number,
  right: number,
): number {
  switch (operator) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
  }
}
