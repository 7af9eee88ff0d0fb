import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';
import { elementwise, numbersOf } from './elementwise.js';

export const clip = defineStep({
  name: 'clip',
  group: 'numbers',
  summary: 'between `min` and `max`; what lies beyond becomes the bound',
  parameters: z.strictObject({
    min: z.number().exactOptional().describe('The least; none when left out.'),
    max: z.number().exactOptional().describe('The greatest; none when left out.'),
  }),
  takes: ['numbers'],
  gives({ min, max }, kinds) {
    const kind = numbersOf(kinds);
    if (min === undefined && max === undefined) throw new StepFault([], 'clip needs min, max or both');
    if (min !== undefined && max !== undefined && min > max)
      throw new StepFault([], `min ${min} is above max ${max}`);
    const stays = [min, max].every((bound) => bound === undefined || Number.isInteger(bound));
    return stays && kind.holds === 'whole' ? kind : { ...kind, holds: 'real' };
  },
  run({ min = -Infinity, max = Infinity }) {
    return elementwise((value) => Math.min(Math.max(value, min), max));
  },
});
