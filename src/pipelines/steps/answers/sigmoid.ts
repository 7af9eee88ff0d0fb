import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { changed, elementwise, numbersOf } from '../numbers/elementwise.js';

export const sigmoid = defineStep({
  name: 'sigmoid',
  group: 'answers',
  summary: '1 / (1 + e^−x), the probability of a score that is a logit',
  parameters: z.strictObject({}),
  takes: ['numbers'],
  gives: (_, kinds) => ({ ...changed(numbersOf(kinds)), unit: '1' }),
  run: () => elementwise((value) => 1 / (1 + Math.exp(-value))),
});
