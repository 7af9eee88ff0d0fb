import { z } from 'zod';
import { defineField } from '../../language/index.js';
import { readStructure } from '../../materials/structures/read-structure.js';
import { type Structure, volume } from '../../materials/structures/structure.js';

export const structure = defineField({
  kind: 'structure',
  summary:
    'atoms in Å: the text of an XYZ, extended XYZ or CIF file, `{"xyz": "…"}`, `{"cif": "…"}`, or `{"species": ["O", "H", "H"], "positions": [[x, y, z], …]}` with `cell` and `pbc` where it repeats',
  settings: z.strictObject({
    maximum: z
      .int()
      .min(1)
      .max(10_000)
      .default(2000)
      .describe('Atoms in one instance; of a crystal, in its whole cell.'),
  }),
  gives: () => ({ kind: 'structure' }),
  read:
    ({ maximum }) =>
    (value) =>
      readStructure(value, maximum),
  describe: (_, name) => ({ name, kind: 'structure', shape: [] }),
  quantities: () => [
    { name: 'atoms', unit: '1', isField: false, of: (value) => (value as Structure).species.length },
    {
      name: 'volumePerAtom',
      unit: 'Å^3',
      isField: false,
      of(value) {
        const { cell, species } = value as Structure;
        return cell === undefined ? undefined : Math.abs(volume(cell)) / species.length;
      },
    },
  ],
});
