import { z } from 'zod';
import { columnsOf, defineStep, StepFault } from '../../language/index.js';
import { changed, elementwise, numbersOf } from '../numbers/elementwise.js';

export const percentile = defineStep({
  name: 'percentile',
  group: 'answers',
  summary: 'how much of a reference set a number exceeds, in %; of equal ones half counts',
  parameters: z.strictObject({
    reference: z
      .array(z.number())
      .min(2)
      .max(10_000)
      .describe('The numbers to compare with, in ascending order, such as those of approved drugs.'),
  }),
  takes: ['numbers'],
  gives({ reference }, kinds) {
    const kind = numbersOf(kinds);
    if (columnsOf(kind) !== 1) throw new StepFault([], 'needs a single number');
    const at = reference.findIndex((value, place) => place > 0 && value < (reference[place - 1] ?? value));
    if (at > 0)
      throw new StepFault(
        ['reference', String(at)],
        'ascending order; this one is smaller than the one before',
      );
    return { ...changed(kind), unit: '%' };
  },
  run({ reference }) {
    return elementwise((value) => {
      if (Number.isNaN(value)) return NaN;
      const below = firstAtLeast(reference, value);
      const notAbove = firstAbove(reference, value);
      return (100 * (below + notAbove)) / (2 * reference.length);
    });
  },
});

function firstAtLeast(sorted: readonly number[], value: number): number {
  return firstWhere(sorted, (other) => other >= value);
}

function firstAbove(sorted: readonly number[], value: number): number {
  return firstWhere(sorted, (other) => other > value);
}

/** The first place from which on it holds, by halves. */
function firstWhere(sorted: readonly number[], holds: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(sorted[middle] ?? NaN)) to = middle;
    else from = middle + 1;
  }
  return from;
}
