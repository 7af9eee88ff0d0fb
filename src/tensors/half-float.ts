const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/**
 * The IEEE 754 binary16 bits nearest to a number, ties to even. A finite number beyond 65504 (and what rounds to it)
 * becomes the bits of infinity: the caller decides whether that is an error.
 */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // 65520 is halfway from the largest half, 65504, to the next power of two, and ties go to the even one: infinity.
  if (magnitude >= 65_520) return sign | 0x7c00;
  // Rounding straight from the double: going through a float first would round twice.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  floatView[0] = magnitude;
  let exponent = ((bitsView[0] ?? 0) >>> 23) - 127;
  // The float may have rounded up to the next power of two.
  if (2 ** exponent > magnitude) exponent -= 1;
  const mantissa = roundToEven((magnitude / 2 ** exponent - 1) * 1024);
  // A mantissa of 1024 carries into the exponent, which is what the addition does.
  return sign | (((exponent + 15) << 10) + mantissa);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

/** The number that binary16 bits stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
