import { DATA_TYPES, ONNX_ELEMENT_TYPES } from '../../tensors/index.js';
import { fromHalf } from '../../tensors/index.js';

/** How the elements of a stored tensor are turned into numbers. */
export interface ElementType {
  /** Retort's name, or the ONNX specification's for a type that requests cannot carry. */
  readonly name: string;
  /** Bits of one element; 0 for text, which has no numbers. */
  readonly bits: number;
  /** Numbers that make one element: 2 for complex types. */
  readonly numbers: number;
  readonly decoding:
    | { readonly kind: 'typed'; readonly view: (buffer: ArrayBuffer, length: number) => ArrayLike<number> }
    | { readonly kind: 'wide'; readonly view: (buffer: ArrayBuffer, length: number) => ArrayLike<bigint> }
    /** The element's bits are a place in a table of numbers. */
    | { readonly kind: 'table'; readonly table: () => Float64Array }
    | { readonly kind: 'text' };
}

const typed = (
  constructor: new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<number>,
): ElementType['decoding'] => ({
  kind: 'typed',
  view: (buffer, length) => new constructor(buffer, 0, length),
});
const wide = (
  constructor: new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<bigint>,
): ElementType['decoding'] => ({
  kind: 'wide',
  view: (buffer, length) => new constructor(buffer, 0, length),
});

const own = new Map(DATA_TYPES.map((name) => [ONNX_ELEMENT_TYPES[name], name as string]));

/** By `TensorProto.DataType` of the ONNX specification. */
const types: ReadonlyMap<number, ElementType> = new Map([
  [1, numeric(32, typed(Float32Array))],
  [2, numeric(8, typed(Uint8Array))],
  [3, numeric(8, typed(Int8Array))],
  [4, numeric(16, typed(Uint16Array))],
  [5, numeric(16, typed(Int16Array))],
  [6, numeric(32, typed(Int32Array))],
  [7, numeric(64, wide(BigInt64Array))],
  [8, { name: '', bits: 0, numbers: 0, decoding: { kind: 'text' as const } }],
  [9, numeric(8, typed(Uint8Array))],
  [10, numeric(16, table(16, fromHalf))],
  [11, numeric(64, typed(Float64Array))],
  [12, numeric(32, typed(Uint32Array))],
  [13, numeric(64, wide(BigUint64Array))],
  [14, { ...numeric(64, typed(Float32Array), 'COMPLEX64'), numbers: 2 }],
  [15, { ...numeric(128, typed(Float64Array), 'COMPLEX128'), numbers: 2 }],
  [16, numeric(16, table(16, fromBrain), 'BFLOAT16')],
  [17, numeric(8, table(8, small({ exponent: 4, mantissa: 3, bias: 7, special: 'FN' })), 'FLOAT8E4M3FN')],
  [18, numeric(8, table(8, small({ exponent: 4, mantissa: 3, bias: 8, special: 'FNUZ' })), 'FLOAT8E4M3FNUZ')],
  [19, numeric(8, table(8, small({ exponent: 5, mantissa: 2, bias: 15, special: 'IEEE' })), 'FLOAT8E5M2')],
  [
    20,
    numeric(8, table(8, small({ exponent: 5, mantissa: 2, bias: 16, special: 'FNUZ' })), 'FLOAT8E5M2FNUZ'),
  ],
  [
    21,
    numeric(
      4,
      table(4, (bits) => bits),
      'UINT4',
    ),
  ],
  [
    22,
    numeric(
      4,
      table(4, (bits) => (bits < 8 ? bits : bits - 16)),
      'INT4',
    ),
  ],
  [23, numeric(4, table(4, small({ exponent: 2, mantissa: 1, bias: 1, special: 'NONE' })), 'FLOAT4E2M1')],
  [
    24,
    numeric(
      8,
      table(8, (bits) => (bits === 255 ? NaN : 2 ** (bits - 127))),
      'FLOAT8E8M0',
    ),
  ],
  [
    25,
    numeric(
      2,
      table(2, (bits) => bits),
      'UINT2',
    ),
  ],
  [
    26,
    numeric(
      2,
      table(2, (bits) => (bits < 2 ? bits : bits - 4)),
      'INT2',
    ),
  ],
]);

/** Undefined for a type this version of Retort does not know. */
export function elementType(type: number): ElementType | undefined {
  const found = types.get(type);
  return found && { ...found, name: own.get(type) ?? found.name };
}

export function elementTypeName(type: number): string {
  return elementType(type)?.name ?? `element type ${type}`;
}

function numeric(bits: number, decoding: ElementType['decoding'], name = ''): ElementType {
  return { name, bits, numbers: 1, decoding };
}

function table(bits: number, value: (bits: number) => number): ElementType['decoding'] {
  let made: Float64Array | undefined;
  return {
    kind: 'table',
    table: () => (made ??= Float64Array.from({ length: 2 ** bits }, (_, at) => value(at))),
  };
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float. */
function fromBrain(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/**
 * Floats of 4 and 8 bits (ONNX operators documentation, "Float stored in 8 bits" and "in 4 bits"). IEEE has infinities
 * and NaN, FN only NaN at all ones, FNUZ only NaN in place of −0, and the 4-bit type none of them.
 */
function small(format: {
  exponent: number;
  mantissa: number;
  bias: number;
  special: 'IEEE' | 'FN' | 'FNUZ' | 'NONE';
}): (bits: number) => number {
  const { exponent: exponentBits, mantissa: mantissaBits, bias, special } = format;
  const signBit = 2 ** (exponentBits + mantissaBits);
  const steps = 2 ** mantissaBits;
  return (bits) => {
    const sign = bits >= signBit ? -1 : 1;
    const rest = bits % signBit;
    const exponent = Math.floor(rest / steps);
    const mantissa = rest % steps;
    if (special === 'FNUZ' && bits === signBit) return NaN;
    if (special === 'FN' && rest === signBit - 1) return NaN;
    if (special === 'IEEE' && exponent === 2 ** exponentBits - 1)
      return mantissa === 0 ? sign * Infinity : NaN;
    if (exponent === 0) return (sign * mantissa * 2 ** (1 - bias)) / steps;
    return sign * (1 + mantissa / steps) * 2 ** (exponent - bias);
  };
}
