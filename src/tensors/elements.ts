import {
  INTEGER_RANGES,
  WIDE_RANGES,
  typedArrayOf,
  type DataType,
  type NumericDataType,
  type WideIntegerType,
} from './data-types.js';
import { toHalf } from './half-float.js';
import { describe } from './tensor-error.js';
import type { TensorValues } from './tensor.js';
import { uncarriedText } from './text-elements.js';

/** Receives row-major elements one by one; `put` returns what is wrong with an element, or undefined. */
export interface ElementSink {
  readonly values: TensorValues;
  put(index: number, value: unknown): string | undefined;
}

/** Fills a fresh typed array of `count` elements, checking each against the datatype. */
export function elementSink(datatype: DataType, count: number): ElementSink {
  switch (datatype) {
    case 'BYTES':
      return bytesSink(count);
    case 'BOOL':
      return booleanSink(count);
    case 'INT64':
    case 'UINT64':
      return wideIntegerSink(datatype, count);
    case 'FP16':
    case 'FP32':
    case 'FP64':
      return floatSink(datatype, count);
    default:
      return integerSink(datatype, count);
  }
}

function bytesSink(count: number): ElementSink {
  const values = new Array<string>(count).fill('');
  return {
    values,
    put(index, value) {
      if (typeof value !== 'string') return `expected a string at index ${index}, got ${describe(value)}`;
      const obstacle = uncarriedText(value);
      if (obstacle !== undefined) return `expected text at index ${index}, got ${obstacle}`;
      values[index] = value;
      return undefined;
    },
  };
}

function booleanSink(count: number): ElementSink {
  const values = new Uint8Array(count);
  return {
    values,
    put(index, value) {
      if (value === true || value === 1) values[index] = 1;
      else if (value !== false && value !== 0)
        return `expected true, false, 0 or 1 at index ${index}, got ${describe(value)}`;
      return undefined;
    },
  };
}

function integerSink(datatype: keyof typeof INTEGER_RANGES, count: number): ElementSink {
  const values = numericArray(datatype, count);
  const [least, greatest] = INTEGER_RANGES[datatype];
  return {
    values,
    put(index, value) {
      if (typeof value === 'bigint') return outsideInteger(value, index, datatype);
      if (typeof value !== 'number') return `expected a number at index ${index}, got ${describe(value)}`;
      if (!Number.isInteger(value))
        return `expected a whole number at index ${index} for ${datatype}, got ${value}`;
      if (value < least || value > greatest) return outsideInteger(value, index, datatype);
      values[index] = value;
      return undefined;
    },
  };
}

/** A number that JSON gave as bigint is beyond 2^53, and so outside of every type of up to 32 bits. */
function outsideInteger(
  value: number | bigint,
  index: number,
  datatype: keyof typeof INTEGER_RANGES,
): string {
  const [least, greatest] = INTEGER_RANGES[datatype];
  return `${value} at index ${index} is outside ${datatype} (${least} to ${greatest})`;
}

function wideIntegerSink(datatype: WideIntegerType, count: number): ElementSink {
  const values = datatype === 'INT64' ? new BigInt64Array(count) : new BigUint64Array(count);
  const [least, greatest] = WIDE_RANGES[datatype];
  return {
    values,
    put(index, value) {
      let integer: bigint;
      if (typeof value === 'number') {
        if (!Number.isInteger(value))
          return `expected a whole number at index ${index} for ${datatype}, got ${value}`;
        if (!Number.isSafeInteger(value))
          return `${value} at index ${index} is beyond 2^53, where a JSON number loses digits: send it as a string`;
        integer = BigInt(value);
      } else if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) integer = BigInt(value);
      else if (typeof value === 'bigint') integer = value;
      else
        return `expected a whole number, or one as a string, at index ${index} for ${datatype}, got ${describe(value)}`;
      if (integer < least || integer > greatest)
        return `${integer} at index ${index} is outside ${datatype} (${least} to ${greatest})`;
      values[index] = integer;
      return undefined;
    },
  };
}

const floatLimits = { FP16: 65_504, FP32: 3.4028234663852886e38, FP64: Number.MAX_VALUE } as const;
const nonFinite = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function floatSink(datatype: keyof typeof floatLimits, count: number): ElementSink {
  const values = numericArray(datatype, count);
  return {
    values,
    put(index, given) {
      // An integer beyond 2^53, as JSON of the serving protocols gives it: the nearest float stands for it, as for any number.
      const value = typeof given === 'bigint' ? Number(given) : given;
      if (typeof value !== 'number') {
        const special = nonFinite.get(value);
        if (special === undefined)
          return `expected a number, or "NaN", "Infinity" or "-Infinity", at index ${index}, got ${describe(value)}`;
        values[index] = datatype === 'FP16' ? toHalf(special) : special;
        return undefined;
      }
      // JSON.parse reads 1e999 as Infinity: a number too large to hold is never taken for a wanted infinity.
      if (!Number.isFinite(value))
        return `expected a finite number at index ${index}, got ${value} (send "${value}" as a string if it is meant)`;
      if (datatype === 'FP16') {
        const bits = toHalf(value);
        if ((bits & 0x7fff) === 0x7c00) return outsideFloat(value, index, datatype);
        values[index] = bits;
      } else {
        values[index] = value;
        if (datatype === 'FP32' && !Number.isFinite(values[index]))
          return outsideFloat(value, index, datatype);
      }
      return undefined;
    },
  };
}

function outsideFloat(value: number, index: number, datatype: keyof typeof floatLimits): string {
  const limit = floatLimits[datatype];
  return `${value} at index ${index} is outside ${datatype} (-${limit} to ${limit})`;
}

function numericArray(
  datatype: Exclude<NumericDataType, 'INT64' | 'UINT64'>,
  count: number,
): Exclude<TensorValues, readonly string[] | BigInt64Array | BigUint64Array> {
  const constructor = typedArrayOf(datatype);
  const array = new constructor(count);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array)
    throw new TypeError(`${datatype} is not held as bigint`);
  return array;
}
