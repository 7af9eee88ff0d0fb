import { z } from 'zod';
import { stabilityDistance } from '../../instances/nuclear-landscape.js';
import { type Nuclide, readNuclide } from '../../instances/read-nuclide.js';
import { defineField, type FieldQuantity } from '../../language/index.js';

export const nuclide = defineField({
  kind: 'nuclide',
  summary: '`{"z": 26, "n": 30}`, `{"symbol": "Fe", "a": 56}` or `"Fe-56"`',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'nuclide' }),
  read: () => readNuclide,
  describe: (_, name) => ({ name, kind: 'nuclide', shape: [] }),
  bare: () => [
    {
      name: 'z',
      kind: 'integer',
      shape: [],
      unit: '1',
      minimum: 1,
      maximum: 120,
      optional: false,
      description: 'The number of protons.',
    },
    {
      name: 'n',
      kind: 'integer',
      shape: [],
      unit: '1',
      minimum: 0,
      optional: false,
      description: 'The number of neutrons.',
    },
  ],
  quantities: () => [
    quantity('z', true, ({ z: protons }) => protons),
    quantity('n', true, ({ n }) => n),
    quantity('a', true, ({ z: protons, n }) => protons + n),
    quantity('asymmetry', false, ({ z: protons, n }) => (n - protons) / (protons + n)),
    quantity('stabilityDistance', false, ({ z: protons, n }) => stabilityDistance(protons, n)),
  ],
});

function quantity(name: string, isField: boolean, of: (nuclide: Nuclide) => number): FieldQuantity {
  return { name, unit: '1', isField, of: (value) => of(value as Nuclide) };
}
