import { z } from 'zod';
import { asDense, columnsOf, defineStep, StepFault } from '../../language/index.js';
import { numbersOf } from '../numbers/elementwise.js';

const label = z.string().min(1).max(200);

export const threshold = defineStep({
  name: 'threshold',
  group: 'answers',
  summary: '`above` for a number that is at least `at`, else `below`',
  parameters: z.strictObject({
    at: z.number().describe('Where the one begins.'),
    above: label.default('yes').describe('What a number of at least `at` is called.'),
    below: label.default('no').describe('What a smaller one is called.'),
  }),
  takes: ['numbers'],
  gives({ above, below }, kinds) {
    const kind = numbersOf(kinds);
    if (kind.shape.length > 1 || columnsOf(kind) !== 1) throw new StepFault([], 'needs a single number');
    return { kind: 'text', shape: [], values: [below, above] };
  },
  run:
    ({ at, above, below }) =>
    ([values]) => ({
      form: 'items',
      items: Array.from(asDense(values).data, (value) => (value >= at ? above : below)),
    }),
});
