import type { DataType, Tensor } from '../onnx/index.js';

type FillableType = Exclude<DataType, 'BYTES' | 'FP16' | 'UINT64'>;
type Numbers =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

const constructors = {
  FP64: Float64Array,
  FP32: Float32Array,
  INT32: Int32Array,
  INT16: Int16Array,
  INT8: Int8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  BOOL: Uint8Array,
} as const satisfies Record<Exclude<FillableType, 'INT64'>, new (length: number) => Numbers>;

/** Rows of numbers end to end as one tensor. parsePipeline has made sure that they fit the datatype. */
export function fillTensor(
  name: string,
  datatype: DataType,
  shape: readonly number[],
  rows: readonly ArrayLike<number>[],
): Tensor {
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  if (datatype === 'INT64') {
    const data = new BigInt64Array(length);
    let at = 0;
    for (const row of rows) for (const value of Array.from(row)) data[at++] = BigInt(value);
    return { name, datatype, shape, data };
  }
  const data = new constructors[datatype as keyof typeof constructors](length);
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return { name, datatype, shape, data };
}

/** Whether a number stays finite in the datatype: 1e39 is infinite in FP32. */
export function fits(datatype: DataType, value: number): boolean {
  return Number.isFinite(datatype === 'FP32' ? Math.fround(value) : value);
}
