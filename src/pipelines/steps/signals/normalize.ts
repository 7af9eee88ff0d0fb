import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { NORMALIZATIONS, normalize } from '../../spectra/normalize.js';
import { gridOf, rowByRow } from './rows.js';

export const normalizeStep = defineStep({
  name: 'normalize',
  group: 'spectra and series',
  summary:
    'brings each row of numbers to one scale: divides by the largest magnitude (`max`), the sum of magnitudes (`sum`) or the length (`vector`), maps least and largest to 0 and 1 (`range`), or to mean 0 and standard deviation 1 (`snv`)',
  parameters: z.strictObject({ by: z.enum(NORMALIZATIONS).describe('What each row is brought to.') }),
  takes: ['numbers'],
  gives: (_, kinds) => ({ kind: 'numbers', shape: gridOf(kinds).shape, holds: 'real', unit: '1' }),
  run: ({ by }) => rowByRow((row) => normalize(row, by)),
});
