import { z } from 'zod';
import { asItems, defineStep, dense } from '../../language/index.js';
import { neighbours } from '../../materials/structures/neighbours.js';
import { type Structure, volume } from '../../materials/structures/structure.js';
import { RowError } from '../../prediction.js';
import { tooMany } from './neighbours.js';

const MAXIMUM_PAIRS = 500_000;

export const radialDistribution = defineStep({
  name: 'radial-distribution',
  group: 'materials',
  summary:
    'the radial distribution function g(r) of a structure with a cell, averaged over its atoms, in `bins` of equal width up to `cutoff`: 1 where neighbours are as frequent as in an even spread of the same density',
  parameters: z.strictObject({
    cutoff: z.number().positive().max(50).describe('Å'),
    bins: z.int().min(1).max(10_000).describe('How many.'),
  }),
  takes: ['structure'],
  gives: ({ bins }) => ({ kind: 'numbers', shape: [bins], holds: 'real', unit: '1' }),
  run:
    ({ cutoff, bins }) =>
    ([values], context) => {
      const structures = asItems(values) as readonly Structure[];
      const data = new Float64Array(structures.length * bins);
      const width = cutoff / bins;
      for (const [row, structure] of structures.entries()) {
        const { cell, species } = structure;
        if (cell === undefined) {
          context.fail(
            row,
            new RowError('INVALID_STRUCTURE', 'g(r) needs a density, so a structure with a cell'),
          );
          continue;
        }
        const found = neighbours(structure, cutoff, MAXIMUM_PAIRS);
        if (found === undefined) {
          context.fail(row, tooMany(cutoff));
          continue;
        }
        const density = species.length / Math.abs(volume(cell));
        for (const distance of found.distances) {
          const bin = Math.min(Math.floor(distance / width), bins - 1);
          const shell = (4 / 3) * Math.PI * (((bin + 1) * width) ** 3 - (bin * width) ** 3);
          const place = row * bins + bin;
          data[place] = (data[place] ?? 0) + 1 / (shell * density * species.length);
        }
      }
      return dense(bins, data);
    },
});
