import { type Structure, volume } from './structure.js';

/** Every pair within reach of each other, once in each direction, as graph networks take them. */
export interface Neighbours {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Å */
  readonly distances: readonly number[];
  /** How many cells along each of its vectors the second atom lies away: three numbers a pair. */
  readonly shifts: readonly number[];
}

/**
 * Finds all neighbours within a cutoff, those in other cells included: as many of them as the cutoff reaches.
 *
 * @param cutoff Å
 * @returns undefined when there are more than `maximum` pairs, or more images to look through than that takes
 */
export function neighbours(structure: Structure, cutoff: number, maximum: number): Neighbours | undefined {
  const { positions, cell, periodic } = structure;
  const count = structure.species.length;
  const reach = periodic.map((repeats, axis) =>
    repeats && cell !== undefined ? imagesWithin(cell, axis, cutoff) + spread(structure, axis) : 0,
  );
  const images = reach.reduce((product, cells) => product * (2 * cells + 1), 1);
  if (count * count * images > maximum * 400) return undefined;
  const [pa = 0, pb = 0, pc = 0] = reach;
  const found = {
    from: [] as number[],
    to: [] as number[],
    distances: [] as number[],
    shifts: [] as number[],
  };
  const square = cutoff * cutoff;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++)
      for (let a = -pa; a <= pa; a++)
        for (let b = -pb; b <= pb; b++)
          for (let c = -pc; c <= pc; c++) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            let distance = 0;
            for (let axis = 0; axis < 3; axis++) {
              const shift =
                cell === undefined
                  ? 0
                  : a * (cell[axis] ?? 0) + b * (cell[3 + axis] ?? 0) + c * (cell[6 + axis] ?? 0);
              distance += ((positions[3 * j + axis] ?? 0) + shift - (positions[3 * i + axis] ?? 0)) ** 2;
            }
            if (distance > square) continue;
            if (found.from.length === maximum) return undefined;
            found.from.push(i);
            found.to.push(j);
            found.distances.push(Math.sqrt(distance));
            found.shifts.push(a, b, c);
          }
  return found;
}

/** How many cells along one of its vectors a sphere of this radius can reach: by the distance of the opposite faces. */
function imagesWithin(cell: Float64Array, axis: number, cutoff: number): number {
  return Math.ceil(cutoff / height(cell, axis));
}

/** Distance between the two faces of the cell that the vector of this axis joins. */
function height(cell: Float64Array, axis: number): number {
  const normal = normalOf(cell, axis);
  return Math.abs(volume(cell)) / Math.hypot(...normal);
}

function normalOf(cell: Float64Array, axis: number): [number, number, number] {
  const [u, v] = [(axis + 1) % 3, (axis + 2) % 3].map((other) => cell.subarray(3 * other, 3 * other + 3)) as [
    Float64Array,
    Float64Array,
  ];
  const [ux = 0, uy = 0, uz = 0] = u;
  const [vx = 0, vy = 0, vz = 0] = v;
  return [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
}

/** How many cells further apart than one the atoms of a structure lie that was not wrapped into its cell. */
function spread({ positions, cell }: Structure, axis: number): number {
  if (cell === undefined) return 0;
  const normal = normalOf(cell, axis);
  const scale = volume(cell);
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < positions.length; at += 3) {
    const share =
      ((positions[at] ?? 0) * normal[0] +
        (positions[at + 1] ?? 0) * normal[1] +
        (positions[at + 2] ?? 0) * normal[2]) /
      scale;
    least = Math.min(least, share);
    most = Math.max(most, share);
  }
  return Math.min(Math.ceil(most - least), 1_000);
}
