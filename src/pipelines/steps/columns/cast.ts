import { z } from 'zod';
import { asDense, defineStep, formOf, StepFault, type StepRun } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { elementwise, numbersOf } from '../numbers/elementwise.js';

export const cast = defineStep({
  name: 'cast',
  group: 'numbers',
  summary: 'numbers as whole ones or truth values, for a tensor that holds these',
  parameters: z.strictObject({
    to: z.enum(['integer', 'boolean']).describe('`boolean` is 1 for every number but 0.'),
    rounding: z
      .enum(['none', 'nearest', 'down', 'up'])
      .default('none')
      .describe('Of what is not whole; `none` makes that an error.'),
  }),
  takes: ['numbers'],
  gives({ to }, kinds) {
    const kind = numbersOf(kinds);
    if (kind.gaps) throw new StepFault([], 'a missing value that stands as NaN is no whole number');
    if (formOf(kind) !== 'dense') throw new StepFault([], 'needs numbers of a known shape');
    return to === 'integer' ? { ...kind, holds: 'whole' } : { ...kind, holds: 'bits', unit: '1' };
  },
  run({ to, rounding }) {
    if (to === 'boolean') return elementwise((value) => (value === 0 ? 0 : 1));
    const round = { none: Math.round, nearest: Math.round, down: Math.floor, up: Math.ceil }[rounding];
    const run = elementwise(round);
    return rounding === 'none' ? refusingFractions(run) : run;
  },
});

function refusingFractions(run: StepRun): StepRun {
  return (values, context) => {
    const { data, width } = asDense(values[0]);
    for (let index = 0; index < data.length; index++) {
      const value = data[index] ?? NaN;
      if (!Number.isInteger(value))
        context.fail(
          Math.floor(index / width),
          new RowError('NOT_REPRESENTABLE', `${value} is no whole number, which the model needs here`),
        );
    }
    return run(values, context);
  };
}
