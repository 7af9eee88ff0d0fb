import { z } from 'zod';
import { asItems, defineStep } from '../../language/index.js';
import { neighbours } from '../../materials/structures/neighbours.js';
import type { Structure } from '../../materials/structures/structure.js';
import { RowError } from '../../prediction.js';

const MAXIMUM_PAIRS = 500_000;

const SHAPES = {
  edges: { shape: [2, -1], holds: 'whole', unit: '1' },
  distances: { shape: [-1], holds: 'real', unit: 'Å' },
  shifts: { shape: [-1, 3], holds: 'whole', unit: '1' },
} as const;

export const neighboursStep = defineStep({
  name: 'neighbours',
  group: 'materials',
  summary:
    'pairs of atoms within `cutoff` of each other, images in other cells included, once in each direction: `edges` [2, -1], their `distances` [-1] in Å, or the `shifts` [-1, 3] of the second atom in cells',
  parameters: z.strictObject({
    part: z
      .enum(['edges', 'distances', 'shifts'])
      .describe('Which tensor; those of one cutoff are in one order.'),
    cutoff: z.number().positive().max(50).describe('Å'),
  }),
  takes: ['structure'],
  gives: ({ part }) => ({ kind: 'numbers', ...SHAPES[part] }),
  run:
    ({ part, cutoff }) =>
    ([values], context) => ({
      form: 'ragged',
      rows: (asItems(values) as readonly Structure[]).map((structure, row) => {
        const found = neighbours(structure, cutoff, MAXIMUM_PAIRS);
        if (found === undefined) {
          context.fail(row, tooMany(cutoff));
          return { shape: [0], data: [] };
        }
        const pairs = found.from.length;
        if (part === 'edges') return { shape: [2, pairs], data: [...found.from, ...found.to] };
        return part === 'distances'
          ? { shape: [pairs], data: found.distances }
          : { shape: [pairs, 3], data: found.shifts };
      }),
    }),
});

export function tooMany(cutoff: number): RowError {
  return new RowError(
    'INVALID_STRUCTURE',
    `The structure has too many pairs of atoms within ${cutoff} Å, or too small a cell for it; expected at most ${MAXIMUM_PAIRS} pairs`,
  );
}
