import type { NarrowType } from './narrow-types.js';

/** The number of a narrow format that is nearest to another; the number itself when the format holds it. */
export function nearestNarrow(type: NarrowType): (value: number) => number {
  switch (type) {
    case 'BF16':
      return nearestBfloat16;
    case 'INT4':
      return (value) => Math.min(7, Math.max(-8, value));
    case 'UINT4':
      return (value) => Math.min(15, value);
    case 'INT2':
      return (value) => Math.min(1, Math.max(-2, value));
    case 'UINT2':
      return (value) => Math.min(3, value);
    default:
      return (value) => nearestFloat8(FLOAT8[type], value);
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The upper half of a float's bits, rounded to the nearest, ties to even. */
function nearestBfloat16(value: number): number {
  if (!Number.isFinite(value)) return value;
  float[0] = value;
  const [whole = 0] = bits;
  const rounded = whole + 0x7fff + ((whole >>> 16) & 1);
  bits[0] = rounded & 0xffff_0000;
  return float[0];
}

interface Float8 {
  readonly exponentBits: number;
  readonly bias: number;
  readonly largest: number;
  readonly hasInfinity: boolean;
}

/** onnx/docs/docsgen/source/technical/float8.md */
const FLOAT8 = {
  FP8E4M3FN: { exponentBits: 4, bias: 7, largest: 448, hasInfinity: false },
  FP8E4M3FNUZ: { exponentBits: 4, bias: 8, largest: 240, hasInfinity: false },
  FP8E5M2: { exponentBits: 5, bias: 15, largest: 57_344, hasInfinity: true },
  FP8E5M2FNUZ: { exponentBits: 5, bias: 16, largest: 57_344, hasInfinity: false },
} as const satisfies Record<string, Float8>;

function nearestFloat8({ exponentBits, bias, largest, hasInfinity }: Float8, value: number): number {
  if (Number.isNaN(value) || value === 0) return value;
  if (!Number.isFinite(value)) return hasInfinity ? value : Math.sign(value) * largest;
  const magnitude = Math.abs(value);
  if (magnitude >= largest) return Math.sign(value) * largest;
  const mantissaBits = 7 - exponentBits;
  // Below the least normal number the steps stay as they are there.
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), 1 - bias);
  const step = 2 ** (exponent - mantissaBits);
  return Math.sign(value) * Math.round(magnitude / step) * step;
}
