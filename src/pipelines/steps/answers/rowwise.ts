import {
  asDense,
  dense,
  formOf,
  isNumbers,
  type NumberKind,
  StepFault,
  type StepRun,
  type ValueKind,
} from '../../language/index.js';

/** Numbers of one row, of one value or of several side by side. */
export type Row = Float64Array;

/** All columns that a step is given; @throws StepFault where a row has no fixed number of them */
export function columnsGiven(kinds: readonly ValueKind[]): {
  readonly count: number;
  readonly names: readonly string[] | undefined;
} {
  const parts = kinds.filter(isNumbers);
  for (const kind of parts)
    if (kind.shape.length > 1 || formOf(kind) !== 'dense')
      throw new StepFault(
        [],
        `needs numbers or lists of a known length, not shape [${kind.shape.join(',')}]`,
      );
  const count = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
  const names = parts.every(({ names: own }) => own !== undefined)
    ? parts.flatMap(({ names: own = [] }) => own)
    : undefined;
  return { count, names };
}

/** The unit that all columns share; undefined where they do not. */
export function sharedUnit(kinds: readonly ValueKind[]): string | undefined {
  const units = new Set(
    kinds
      .filter(isNumbers)
      .flatMap(({ unit }: NumberKind) => (unit === undefined ? [undefined] : [unit].flat())),
  );
  const [only] = units;
  return units.size === 1 ? only : undefined;
}

/** Makes a row of each row of all columns given. */
export function rowwise(width: number, make: (row: Row, into: Row) => void): StepRun {
  return (values, { rows }) => {
    const parts = values.map(asDense);
    const count = parts.reduce((sum, part) => sum + part.width, 0);
    const row = new Float64Array(count);
    const data = new Float64Array(rows * width);
    for (let at = 0; at < rows; at++) {
      let from = 0;
      for (const part of parts) {
        for (let column = 0; column < part.width; column++)
          row[from + column] = part.data[at * part.width + column] ?? NaN;
        from += part.width;
      }
      make(row, data.subarray(at * width, (at + 1) * width));
    }
    return dense(width, data);
  };
}
