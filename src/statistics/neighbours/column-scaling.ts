/** Rows of numbers, one after the other. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** What makes columns comparable: each less its mean, over its standard deviation. Columns that never change are left out. */
export interface ColumnScaling {
  /** Which columns of a row, in their order. */
  readonly columns: Int32Array;
  readonly mean: Float64Array;
  /** Above 0. */
  readonly deviation: Float64Array;
}

/** Of what spreads less than this share of its size only the rounding of FP32 is seen. */
const ROUNDING = 1e-6;

/** @param columns those to scale */
export function fitScaling({ count, width, data }: Rows, columns: readonly number[]): ColumnScaling {
  const kept: { readonly column: number; readonly mean: number; readonly deviation: number }[] = [];
  for (const column of columns) {
    let mean = 0;
    let squares = 0;
    for (let row = 0; row < count; row += 1) {
      const value = data[row * width + column] ?? NaN;
      const before = value - mean;
      mean += before / (row + 1);
      squares += before * (value - mean);
    }
    const deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
    if (deviation > Math.abs(mean) * ROUNDING) kept.push({ column, mean, deviation });
  }
  return {
    columns: Int32Array.from(kept, ({ column }) => column),
    mean: Float64Array.from(kept, ({ mean }) => mean),
    deviation: Float64Array.from(kept, ({ deviation }) => deviation),
  };
}

/** One row, scaled. */
export function scaledRow({ columns, mean, deviation }: ColumnScaling, row: ArrayLike<number>): Float64Array {
  const scaled = new Float64Array(columns.length);
  for (let at = 0; at < columns.length; at += 1)
    scaled[at] = ((row[columns[at] ?? 0] ?? NaN) - (mean[at] ?? 0)) / (deviation[at] ?? 1);
  return scaled;
}

/** All rows, scaled. */
export function scaledRows(scaling: ColumnScaling, { count, width, data }: Rows): Rows {
  const own = scaling.columns.length;
  const scaled = new Float32Array(count * own);
  for (let row = 0; row < count; row += 1)
    scaled.set(scaledRow(scaling, data.subarray(row * width, (row + 1) * width)), row * own);
  return { count, width: own, data: scaled };
}
