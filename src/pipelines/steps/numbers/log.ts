import { z } from 'zod';
import { asDense, defineStep, StepFault, type StepRun } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { changed, elementwise, numbersOf } from './elementwise.js';

export const log = defineStep({
  name: 'log',
  group: 'numbers',
  summary: 'logarithm to `base`; a number that is not positive is its instance’s error',
  parameters: z.strictObject({
    base: z.number().positive().default(Math.E).describe('e when left out.'),
  }),
  takes: ['numbers'],
  gives({ base }, kinds) {
    if (base === 1) throw new StepFault(['base'], 'a logarithm to base 1 does not exist');
    return changed(numbersOf(kinds));
  },
  run({ base }, kinds) {
    const run = elementwise(logarithm(base));
    return numbersOf(kinds).gaps ? refusingNegatives(run) : run;
  },
});

/** Where NaN may stand for a missing value, one that the logarithm makes must not pass for it. */
function refusingNegatives(run: StepRun): StepRun {
  return (values, context) => {
    const { data, width } = asDense(values[0]);
    for (let index = 0; index < data.length; index++)
      if ((data[index] ?? 0) < 0)
        context.fail(
          Math.floor(index / width),
          new RowError(
            'NON_FINITE',
            `The logarithm of ${data[index] ?? 0} is no number; expected a positive one`,
          ),
        );
    return run(values, context);
  };
}

function logarithm(base: number): (value: number) => number {
  // Math.log10 and log2 are exact at powers of their base, where a quotient of logarithms is not.
  if (base === 10) return Math.log10;
  if (base === 2) return Math.log2;
  const scale = Math.log(base);
  return (value) => Math.log(value) / scale;
}
