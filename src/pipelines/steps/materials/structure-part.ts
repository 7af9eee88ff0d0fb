import { z } from 'zod';
import { asItems, defineStep, dense, type StepRun } from '../../language/index.js';
import type { Structure } from '../../materials/structures/structure.js';
import { RowError } from '../../prediction.js';

const PARTS = {
  positions: { shape: [-1, 3], holds: 'real', unit: 'Å' },
  species: { shape: [-1], holds: 'whole', unit: '1' },
  cell: { shape: [3, 3], holds: 'real', unit: 'Å' },
  pbc: { shape: [3], holds: 'bits', unit: '1' },
} as const;

export const structurePart = defineStep({
  name: 'structure-part',
  group: 'materials',
  summary:
    'a tensor of the structure: `positions` [-1, 3] and `cell` [3, 3] in Å, `species` [-1] as proton numbers, or `pbc` [3]. A structure without a cell has one of zeros where `cell` is `optional`, and is refused else',
  parameters: z.strictObject({
    part: z.enum(['positions', 'species', 'cell', 'pbc']).describe('Which of them.'),
    optional: z.boolean().default(false).describe('Of the cell: zeros where there is none.'),
  }),
  takes: ['structure'],
  gives: ({ part }) => ({ kind: 'numbers', ...PARTS[part] }),
  run({ part, optional }): StepRun {
    return ([values], context) => {
      const structures = asItems(values) as readonly Structure[];
      switch (part) {
        case 'positions':
          return {
            form: 'ragged',
            rows: structures.map(({ positions, species }) => ({
              shape: [species.length, 3],
              data: positions,
            })),
          };
        case 'species':
          return {
            form: 'ragged',
            rows: structures.map(({ species }) => ({ shape: [species.length], data: species })),
          };
        case 'pbc':
          return dense(3, Uint8Array.from(structures.flatMap(({ periodic }) => periodic.map(Number))));
        case 'cell': {
          const data = new Float64Array(structures.length * 9);
          for (const [row, { cell }] of structures.entries())
            if (cell !== undefined) data.set(cell, row * 9);
            else if (!optional)
              context.fail(
                row,
                new RowError('INVALID_STRUCTURE', 'The structure has no cell, and this model needs one'),
              );
          return dense(9, data);
        }
      }
    };
  },
});
