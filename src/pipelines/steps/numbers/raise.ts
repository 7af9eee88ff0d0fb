import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { changed, elementwise, numbersOf } from './elementwise.js';

export const raise = defineStep({
  name: 'raise',
  group: 'numbers',
  summary: 'x to the power of `exponent`: 0.5 is the square root, −1 the reciprocal',
  parameters: z.strictObject({ exponent: z.number().describe('The power.') }),
  takes: ['numbers'],
  gives: (_, kinds) => changed(numbersOf(kinds)),
  // A negative number has no real root: made infinite, it is refused like every number that is not finite.
  run: ({ exponent }) =>
    elementwise((value) => {
      const raised = value ** exponent;
      return Number.isNaN(raised) && !Number.isNaN(value) ? Infinity : raised;
    }),
});
