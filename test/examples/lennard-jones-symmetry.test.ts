import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lennardJones } from '../../examples/lennard-jones/index.js';
import { ExampleLaboratory } from '../../examples/measurement/example-laboratory.js';
import { rounds } from '../support/depth.js';

let laboratory: ExampleLaboratory;
beforeAll(async () => {
  laboratory = await ExampleLaboratory.open();
});
afterAll(() => laboratory.close());

type Point = readonly [number, number, number];
interface System {
  readonly positions: readonly Point[];
  readonly box?: number;
  readonly cutoff?: number;
}

const BOX = 6;
const CUTOFF = 2.9;

async function energies(...systems: System[]): Promise<number[]> {
  const [version] = lennardJones.versions;
  if (version === undefined) throw new Error('no version');
  return laboratory.values(version, systems);
}

/** The same sum, pair by pair, in plain JavaScript. */
function reference({ positions, box, cutoff = Infinity }: System): number {
  let energy = 0;
  for (const [index, first] of positions.entries())
    for (const second of positions.slice(index + 1)) {
      const squared = first
        .map((coordinate, axis) => coordinate - (second[axis] ?? NaN))
        .map((difference) =>
          box === undefined ? difference : difference - box * Math.round(difference / box),
        )
        .reduce((sum, difference) => sum + difference ** 2, 0);
      if (squared < cutoff ** 2) energy += 4 * (squared ** -6 - squared ** -3);
    }
  return energy;
}

/** Particles on a shaken lattice: no two so close that rounding of a huge repulsion hides everything else. */
const positions = fc
  .array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 12 })
  .chain((sites) => {
    const unique = [...new Map(sites.map((site) => [site.join(), site])).values()];
    const shake = fc.double({ min: -0.12, max: 0.12, noNaN: true });
    return fc
      .array(fc.tuple(shake, shake, shake), { minLength: unique.length, maxLength: unique.length })
      .map((shakes) =>
        unique.map((site, index): Point => {
          const [x, y, z] = shakes[index] ?? [0, 0, 0];
          return [site[0] * 1.2 + x, site[1] * 1.2 + y, site[2] * 1.2 + z];
        }),
      );
  });
const coordinate = fc.double({ min: -20, max: 20, noNaN: true });
const shift = fc.tuple(coordinate, coordinate, coordinate);
const close = (value: number | undefined, expected: number) => {
  expect(Math.abs((value ?? NaN) - expected)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
};
const moved = (points: readonly Point[], [x, y, z]: Point) =>
  points.map((point): Point => [point[0] + x, point[1] + y, point[2] + z]);

describe('Lennard-Jones energy', () => {
  it('equals the plain sum over pairs, open and periodic, with and without a cutoff', async () => {
    await fc.assert(
      fc.asyncProperty(positions, async (points) => {
        const systems: System[] = [
          { positions: points },
          { positions: points, cutoff: CUTOFF },
          { positions: points, box: BOX, cutoff: CUTOFF },
        ];
        for (const [index, value] of (await energies(...systems)).entries())
          close(value, reference(systems[index] ?? { positions: [] }));
      }),
      { numRuns: rounds(60) },
    );
  });

  it('does not change when everything moves', async () => {
    await fc.assert(
      fc.asyncProperty(positions, shift, async (points, by) => {
        const [here = NaN, there, inBox = NaN, movedInBox] = await energies(
          { positions: points },
          { positions: moved(points, by) },
          { positions: points, box: BOX },
          { positions: moved(points, by), box: BOX },
        );
        close(there, here);
        close(movedInBox, inBox);
      }),
      { numRuns: rounds(60) },
    );
  });

  it('does not change when particles swap, or one moves by whole boxes', async () => {
    await fc.assert(
      fc.asyncProperty(positions, fc.integer({ min: -3, max: 3 }), async (points, boxes) => {
        const [first, ...others] = points;
        if (first === undefined) return;
        const [original = NaN, reversed, wrapped] = await energies(
          { positions: points, box: BOX, cutoff: CUTOFF },
          { positions: [...points].reverse(), box: BOX, cutoff: CUTOFF },
          {
            positions: [[first[0] + boxes * BOX, first[1], first[2] - boxes * BOX], ...others],
            box: BOX,
            cutoff: CUTOFF,
          },
        );
        close(reversed, original);
        close(wrapped, original);
      }),
      { numRuns: rounds(60) },
    );
  });
});
