import { INTEGER_RANGES, toHalf, type DataType } from '../../tensors/index.js';

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
