import { INTEGER_RANGES, toHalf, typedArrayOf, type DataType, type Tensor } from '../tensors/index.js';

/** Rows of numbers end to end as one tensor. parsePipeline has made sure of the datatype, and `whyNot` of each number. */
export function fillTensor(
  name: string,
  datatype: DataType,
  shape: readonly number[],
  rows: readonly ArrayLike<number>[],
): Tensor {
  if (datatype === 'BYTES') throw new Error('No step makes text');
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  const data = new (typedArrayOf(datatype))(length);
  let at = 0;
  for (const row of rows) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      for (let index = 0; index < row.length; index += 1) data[at + index] = BigInt(row[index] ?? 0);
    else if (datatype === 'FP16')
      for (let index = 0; index < row.length; index += 1) data[at + index] = toHalf(row[index] ?? 0);
    else data.set(row, at);
    at += row.length;
  }
  return { name, datatype, shape, data };
}

/** Why a tensor of this datatype cannot be given a number; null when it can. */
export function notHeld(datatype: DataType, value: number): 'NON_FINITE' | 'NOT_REPRESENTABLE' | null {
  switch (datatype) {
    case 'FP64':
    case 'BOOL':
    case 'BYTES':
      return Number.isFinite(value) ? null : 'NON_FINITE';
    case 'FP32':
      return Number.isFinite(Math.fround(value)) ? null : 'NON_FINITE';
    case 'FP16':
      return Number.isFinite(value) && (toHalf(value) & 0x7fff) !== 0x7c00 ? null : 'NON_FINITE';
    case 'INT64':
    case 'UINT64':
      return Number.isSafeInteger(value) && (datatype === 'INT64' || value >= 0) ? null : 'NOT_REPRESENTABLE';
    default: {
      const [least, greatest] = INTEGER_RANGES[datatype];
      return Number.isInteger(value) && value >= least && value <= greatest ? null : 'NOT_REPRESENTABLE';
    }
  }
}
