import { z } from 'zod';
import { defineField } from '../../language/index.js';
import { readSeries } from '../../spectra/read-series.js';

export const series = defineField({
  kind: 'series',
  summary:
    'values at equal steps, `[0.1, 0.2, …]`, whose places are 0, 1, 2, …, or `{"times": [0, 0.5, 2], "values": [1, 2, 3]}`',
  settings: z.strictObject({
    unit: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .exactOptional()
      .describe('Of the times; `"1"` says dimensionless.'),
    maximum: z.int().min(2).max(1_000_000).default(100_000).describe('Points in one instance.'),
  }),
  gives: () => ({ kind: 'series' }),
  read:
    ({ maximum }) =>
    (value) =>
      readSeries(value, maximum),
  describe: ({ unit }, name) => ({ name, kind: 'series', shape: [-1], ...(unit !== undefined && { unit }) }),
});
