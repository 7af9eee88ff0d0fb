import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { columnsGiven, rowwise } from './rowwise.js';

export const softmax = defineStep({
  name: 'softmax',
  group: 'answers',
  summary: 'probabilities that sum to 1 of the scores of classes, divided by `temperature` before',
  parameters: z.strictObject({
    temperature: z.number().positive().default(1).describe('Above 1 evens the probabilities out.'),
  }),
  takes: ['numbers'],
  several: true,
  gives(_, kinds) {
    const { count, names } = columnsGiven(kinds);
    return { kind: 'numbers', shape: [count], holds: 'real', unit: '1', ...(names && { names }) };
  },
  run({ temperature }, kinds) {
    const { count } = columnsGiven(kinds);
    return rowwise(count, (row, into) => {
      // From the largest score on, so that no exponential overflows.
      const largest = row.reduce((most, score) => Math.max(most, score), -Infinity);
      let sum = 0;
      for (let place = 0; place < count; place++) {
        const weight = Math.exp(((row[place] ?? NaN) - largest) / temperature);
        into[place] = weight;
        sum += weight;
      }
      for (let place = 0; place < count; place++) into[place] = (into[place] ?? NaN) / sum;
    });
  },
});
