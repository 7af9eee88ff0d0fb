import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { changed, elementwise, numbersOf } from './elementwise.js';

export const power = defineStep({
  name: 'power',
  group: 'numbers',
  summary: '`base` to the power of x, which takes a logarithm back',
  parameters: z.strictObject({
    base: z.number().positive().default(Math.E).describe('e when left out.'),
  }),
  takes: ['numbers'],
  gives: (_, kinds) => changed(numbersOf(kinds)),
  run: ({ base }) => elementwise((value) => base ** value),
});
