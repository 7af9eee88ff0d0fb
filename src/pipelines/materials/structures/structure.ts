/** Atoms in space, and the cell that repeats them where there is one. Lengths in Å. */
export interface Structure {
  /** Proton numbers. */
  readonly species: Uint8Array;
  /** x, y, z of each atom, row-major. */
  readonly positions: Float64Array;
  /** The three vectors of the cell, row-major; undefined when nothing repeats. */
  readonly cell?: Float64Array;
  /** Along which vectors of the cell the structure repeats. */
  readonly periodic: readonly [boolean, boolean, boolean];
}

export interface StructureFault {
  /** Follows what the text is: `The CIF: line 3 …`. */
  readonly fault: string;
}

export const NOT_PERIODIC: Structure['periodic'] = [false, false, false];
export const PERIODIC: Structure['periodic'] = [true, true, true];

/** Of a cell's volume over the product of its edges: below, its vectors lie in a plane. */
const FLAT = 1e-6;

/** Six numbers of crystallography, Å and degrees, as three vectors: a along x, b in the plane of x and y. */
export function cellVectors(lengths: readonly number[], angles: readonly number[]): Float64Array | undefined {
  if (angles.some((angle) => !(angle > 0 && angle < 180))) return undefined;
  const [a = NaN, b = NaN, c = NaN] = lengths;
  const [alpha = NaN, beta = NaN, gamma = NaN] = angles.map(cosine);
  const sinGamma = Math.sqrt(1 - gamma ** 2);
  const y = (alpha - beta * gamma) / sinGamma;
  const z = Math.sqrt(1 - beta ** 2 - y ** 2);
  const cell = Float64Array.of(a, 0, 0, b * gamma, b * sinGamma, 0, c * beta, c * y, c * z);
  return isCell(cell) ? cell : undefined;
}

/** Of right angles exactly: π/2 is not. */
function cosine(degrees: number): number {
  return degrees === 90 ? 0 : Math.cos((degrees * Math.PI) / 180);
}

/** Whether three vectors span a volume. */
export function isCell(cell: Float64Array): boolean {
  if (!cell.every(Number.isFinite)) return false;
  const edges = [0, 3, 6].map((at) => Math.hypot(...cell.subarray(at, at + 3)));
  return Math.abs(volume(cell)) > FLAT * (edges[0] ?? 0) * (edges[1] ?? 0) * (edges[2] ?? 0);
}

/** Å³; negative where the vectors are left-handed. */
export function volume(cell: Float64Array): number {
  const [ax = 0, ay = 0, az = 0, bx = 0, by = 0, bz = 0, cx = 0, cy = 0, cz = 0] = cell;
  return ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx);
}

/** Å of a place given in shares of the cell's vectors. */
export function toCartesian(cell: Float64Array, place: readonly number[]): [number, number, number] {
  const along = (axis: number) =>
    (place[0] ?? 0) * (cell[axis] ?? 0) +
    (place[1] ?? 0) * (cell[3 + axis] ?? 0) +
    (place[2] ?? 0) * (cell[6 + axis] ?? 0);
  return [along(0), along(1), along(2)];
}
