import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';
import { columnsGiven, rowwise, sharedUnit } from './rowwise.js';

export const ensemble = defineStep({
  name: 'ensemble',
  group: 'answers',
  summary: 'the mean of several answers, and their spread: the standard deviation with n − 1',
  parameters: z.strictObject({
    spread: z.boolean().default(true).describe('Whether the spread is answered as well, as a second column.'),
  }),
  takes: ['numbers'],
  several: true,
  gives({ spread }, kinds) {
    const { count } = columnsGiven(kinds);
    if (count < 2) throw new StepFault([], 'an ensemble needs two answers at least');
    const unit = sharedUnit(kinds);
    const of = { kind: 'numbers', holds: 'real', ...(unit !== undefined && { unit }) } as const;
    return spread ? { ...of, shape: [2], names: ['mean', 'spread'] } : { ...of, shape: [] };
  },
  run: ({ spread }) =>
    rowwise(spread ? 2 : 1, (row, into) => {
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      into[0] = mean;
      if (spread)
        into[1] = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (row.length - 1));
    }),
});
