/** Takes a place, in shares of the cell, to one that the symmetry of the crystal makes equal to it. */
export type SymmetryOperation = (place: readonly number[]) => [number, number, number];

/** A sign, then a letter or a number with an optional divisor: `-x`, `+1/2`, `0.25`. */
const TERM = /([+-]?)(?:(\d+(?:\.\d+)?|\.\d+)(?:\/(\d+))?\*?([xyz])?|([xyz])(?:\/(\d+))?)/y;

/** Reads `x,-y,z+1/2` (_space_group_symop_operation_xyz of the CIF core dictionary); undefined when it is none. */
export function symmetryOperation(text: string): SymmetryOperation | undefined {
  const parts = text.toLowerCase().replace(/\s+/g, '').split(',');
  const rows = parts.map(row);
  if (parts.length !== 3 || rows.includes(undefined)) return undefined;
  const matrix = rows as Row[];
  const determinant = determinantOf(matrix);
  // What is no rotation, or a rotation with a mirror, changes distances.
  if (Math.abs(Math.abs(determinant) - 1) > 1e-6) return undefined;
  const along = ([x, y, z, shift]: Row, [u = 0, v = 0, w = 0]: readonly number[]) =>
    x * u + y * v + z * w + shift;
  const [a, b, c] = matrix as [Row, Row, Row];
  return (place) => [along(a, place), along(b, place), along(c, place)];
}

/** Factors of x, y, z, and what is added. */
type Row = [number, number, number, number];

function row(text: string): Row | undefined {
  const sums: Row = [0, 0, 0, 0];
  let at = 0;
  while (at < text.length) {
    TERM.lastIndex = at;
    const match = TERM.exec(text);
    if (match === null || (at > 0 && match[1] === '')) return undefined;
    const [whole, sign, digits, divisor, factorOf, letter, letterDivisor] = match;
    const value = Number(digits ?? 1) / Number(divisor ?? letterDivisor ?? 1);
    const axis = 'xyz'.indexOf(factorOf ?? letter ?? ' ');
    const place = axis === -1 ? 3 : axis;
    sums[place] = (sums[place] ?? 0) + (sign === '-' ? -value : value);
    at += whole.length;
  }
  return at === 0 || !sums.every(Number.isFinite) ? undefined : sums;
}

function determinantOf([[a, b, c], [d, e, f], [g, h, i]]:
  (readonly Row[] & [Row, Row, Row]) | Row[]): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
