import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { asymmetricBaseline } from '../../spectra/baseline.js';
import { gridOf, rowByRow } from './rows.js';

export const baseline = defineStep({
  name: 'baseline',
  group: 'spectra and series',
  summary:
    'takes off the baseline below the peaks, by asymmetric least squares (Eilers and Boelens 2005) over numbers at equal distances',
  parameters: z.strictObject({
    smoothness: z
      .number()
      .positive()
      .max(1e12)
      .default(1e5)
      .describe(
        'λ: how stiff the baseline is, often 10² to 10⁹; it grows with the fourth power of the points a peak takes.',
      ),
    asymmetry: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.01)
      .describe('p: how little what lies above it draws the baseline up, often 0.001 to 0.1.'),
    iterations: z.int().min(1).max(100).default(10).describe('At most; it ends when nothing changes.'),
  }),
  takes: ['numbers'],
  gives(_, kinds) {
    const { shape, unit } = gridOf(kinds);
    return { kind: 'numbers', shape, holds: 'real', ...(unit !== undefined && { unit }) };
  },
  run: (settings) =>
    rowByRow((row) => {
      const below = asymmetricBaseline(row, settings);
      return row.map((value, index) => value - (below[index] ?? 0));
    }),
});
