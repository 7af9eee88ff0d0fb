import { z } from 'zod';
import { dense, defineStep, OBJECT_KINDS } from '../../language/index.js';

export const constant = defineStep({
  name: 'constant',
  group: 'numbers',
  summary: 'the same numbers for every instance, whatever it is made `of`',
  parameters: z.strictObject({
    value: z
      .union([z.number(), z.array(z.number()).min(1).max(100_000)])
      .describe('A number, or a list of columns.'),
    unit: z.string().trim().min(1).max(64).default('1').describe('Of all of them.'),
  }),
  takes: ['numbers', 'text', ...OBJECT_KINDS],
  gives: ({ value, unit }) => ({
    kind: 'numbers',
    shape: typeof value === 'number' ? [] : [value.length],
    holds: [value].flat().every(Number.isInteger) ? 'whole' : 'real',
    unit,
  }),
  run({ value }) {
    const columns = [value].flat();
    return (_, { rows }) => {
      const data = new Float64Array(rows * columns.length);
      for (let row = 0; row < rows; row++) data.set(columns, row * columns.length);
      return dense(columns.length, data);
    };
  },
});
