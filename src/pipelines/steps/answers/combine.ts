import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';
import { columnsGiven, rowwise } from './rowwise.js';

export const combine = defineStep({
  name: 'combine',
  group: 'answers',
  summary:
    'one number of several: their sum by `weights` and `add`, or with `powers` their product, each raised; `powers: [1, -1]` is a quotient',
  parameters: z.strictObject({
    weights: z.array(z.number()).min(1).max(10_000).exactOptional().describe('One for each column; a sum.'),
    add: z.number().exactOptional().describe('Added to the sum.'),
    powers: z
      .array(z.number())
      .min(1)
      .max(10_000)
      .exactOptional()
      .describe('One for each column; a product.'),
  }),
  takes: ['numbers'],
  several: true,
  gives({ weights, powers, add }, kinds) {
    const { count } = columnsGiven(kinds);
    if ((weights === undefined) === (powers === undefined))
      throw new StepFault([], 'give weights for a sum or powers for a product, one of them');
    if (powers !== undefined && add !== undefined)
      throw new StepFault(['add'], 'is added to a sum, and this is a product');
    const given = (weights ?? powers ?? []).length;
    if (given !== count)
      throw new StepFault(
        [weights ? 'weights' : 'powers'],
        `one for each of the ${count} columns; got ${given}`,
      );
    return { kind: 'numbers', shape: [], holds: 'real' };
  },
  run({ weights, powers = [], add = 0 }) {
    if (weights)
      return rowwise(1, (row, into) => {
        into[0] = row.reduce((sum, value, place) => sum + value * (weights[place] ?? 0), add);
      });
    return rowwise(1, (row, into) => {
      into[0] = row.reduce((product, value, place) => product * value ** (powers[place] ?? 0), 1);
    });
  },
});
