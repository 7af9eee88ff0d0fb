import { z } from 'zod';
import { stabilityDistance } from '../../instances/nuclear-landscape.js';
import type { Nuclide } from '../../instances/read-nuclide.js';
import { asItems, dense, defineStep } from '../../language/index.js';

/** Closed shells: M. Goeppert Mayer, Phys. Rev. 75, 1969 (1949). */
const MAGIC = [2, 8, 20, 28, 50, 82, 126, 184];

const QUANTITIES = {
  z: ({ z: protons }: Nuclide) => protons,
  n: ({ n }: Nuclide) => n,
  a: ({ z: protons, n }: Nuclide) => protons + n,
  asymmetry: ({ z: protons, n }: Nuclide) => (n - protons) / (n + protons),
  stabilityDistance: ({ z: protons, n }: Nuclide) => stabilityDistance(protons, n),
  zOdd: ({ z: protons }: Nuclide) => protons % 2,
  nOdd: ({ n }: Nuclide) => n % 2,
  pairing: ({ z: protons, n }: Nuclide) => 1 - (protons % 2) - (n % 2),
  zMagicDistance: ({ z: protons }: Nuclide) => magicDistance(protons),
  nMagicDistance: ({ n }: Nuclide) => magicDistance(n),
  surface: ({ z: protons, n }: Nuclide) => Math.cbrt(protons + n) ** 2,
  radius: ({ z: protons, n }: Nuclide) => Math.cbrt(protons + n),
  coulomb: ({ z: protons, n }: Nuclide) => (protons * (protons - 1)) / Math.cbrt(protons + n),
  symmetry: ({ z: protons, n }: Nuclide) => (n - protons) ** 2 / (n + protons),
};

const NAMES = Object.keys(QUANTITIES) as (keyof typeof QUANTITIES)[];
const REAL = new Set(['asymmetry', 'stabilityDistance', 'surface', 'radius', 'coulomb', 'symmetry']);

export const nucleus = defineStep({
  name: 'nucleus',
  group: 'nuclei',
  summary:
    'a column for each of `names`: `z`, `n`, `a`; `asymmetry` (N − Z) / A; `stabilityDistance` from the valley of stability; `zOdd`, `nOdd`; `pairing` 1, 0 or −1; `zMagicDistance`, `nMagicDistance` to the nearest closed shell; terms of the mass formula: `surface` A^⅔, `radius` A^⅓, `coulomb` Z(Z − 1)/A^⅓, `symmetry` (N − Z)²/A',
  parameters: z.strictObject({
    names: z.array(z.enum(NAMES)).min(1).max(64).describe('The columns, in this order.'),
  }),
  takes: ['nuclide'],
  gives: ({ names }) => ({
    kind: 'numbers',
    shape: [names.length],
    holds: names.some((name) => REAL.has(name)) ? 'real' : 'whole',
    names,
    unit: '1',
  }),
  run({ names }) {
    const quantities = names.map((name) => QUANTITIES[name]);
    const width = quantities.length;
    return ([nuclides], { rows }) => {
      const data = new Float64Array(rows * width);
      const items = asItems(nuclides) as readonly Nuclide[];
      for (let column = 0; column < width; column++) {
        const of = quantities[column];
        if (of === undefined) continue;
        for (let row = 0; row < rows; row++) {
          const nuclide = items[row];
          if (nuclide) data[row * width + column] = of(nuclide);
        }
      }
      return dense(width, data);
    };
  },
});

function magicDistance(count: number): number {
  return MAGIC.reduce((least, magic) => Math.min(least, Math.abs(count - magic)), Infinity);
}
