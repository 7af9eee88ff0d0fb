/** 10^0 to 10^22, the powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const scratch = new DataView(new ArrayBuffer(4));

/**
 * The double that JSON writes with the fewest digits among those that read back to the same FP32, at most nine: 0.1 for
 * the float whose own digits are 0.10000000149011612. Non-finite values are returned as they are.
 *
 * @param value an FP32, widened to a double
 */
export function shortestFloat32(value: number): number {
  // Whole numbers of up to seven digits are their own shortest form; most labels and counts end here.
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value;
  if (!Number.isFinite(value)) return value;
  const isLopsided = isPowerOfTwo(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  for (let digits = Math.abs(value) < MIN_NORMAL ? 1 : LEAST_DIGITS; digits < MOST_DIGITS; digits += 1) {
    const places = digits - 1 - exponent;
    const scaled = scale(value, places);
    const nearest = unscale(Math.round(scaled), places);
    if (Math.fround(nearest) === value) return nearest;
    if (!isLopsided) continue;
    const other = unscale(Math.round(scaled) > scaled ? Math.floor(scaled) : Math.ceil(scaled), places);
    if (Math.fround(other) === value) return other;
  }
  return Number(value.toPrecision(MOST_DIGITS));
}

const MIN_NORMAL = 2 ** -126;
/** Every decimal of six digits survives FP32, so fewer need no look of their own: zeros at the end are not written. */
const LEAST_DIGITS = 6;
/** These tell every FP32 from its neighbours. */
const MOST_DIGITS = 9;

/**
 * The neighbour below a power of two is half as far away as the one above: the nearest decimal may lie on the narrow
 * side, outside of what reads back, while one on the wide side does.
 */
function isPowerOfTwo(value: number): boolean {
  scratch.setFloat32(0, value);
  return (scratch.getUint32(0) & 0x7fffff) === 0;
}

function scale(value: number, places: number): number {
  if (places > 22) return value * 1e22 * (POWERS[places - 22] ?? Number(`1e${places - 22}`));
  return places >= 0 ? value * (POWERS[places] ?? 1) : value / (POWERS[-places] ?? Number(`1e${-places}`));
}

/** A whole number of at most nine digits, moved back: correctly rounded, so that it prints as those digits. */
function unscale(whole: number, places: number): number {
  const power = POWERS[Math.abs(places)];
  if (power === undefined) return Number(`${whole}e${-places}`);
  return places >= 0 ? whole / power : whole * power;
}
