import { sgg } from 'ml-savitzky-golay-generalized';
import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';
import { gridOf, rowByRow } from './rows.js';

export const smooth = defineStep({
  name: 'smooth',
  group: 'spectra and series',
  summary:
    'smooths each row of numbers, or takes its `derivative` by places, with a polynomial over a moving window (Savitzky and Golay 1964); the ends are fitted too (Gorry 1990)',
  parameters: z.strictObject({
    window: z.int().min(5).max(1001).default(9).describe('Points of the window, an odd number.'),
    degree: z.int().min(1).max(6).default(3).describe('Of the polynomial.'),
    derivative: z.int().min(0).max(4).default(0).describe('0 smooths.'),
  }),
  takes: ['numbers'],
  gives({ window, degree, derivative }, kinds) {
    const { shape, unit } = gridOf(kinds);
    if (window % 2 === 0) throw new StepFault(['window'], `an odd number of points, got ${window}`);
    if (window > (shape[0] ?? 0))
      throw new StepFault(['window'], `at most the ${shape[0] ?? 0} numbers of a row, got ${window}`);
    if (degree >= window) throw new StepFault(['degree'], `below the ${window} points of the window`);
    if (derivative > degree) throw new StepFault(['derivative'], `at most the degree, ${degree}`);
    return { kind: 'numbers', shape, holds: 'real', ...(derivative === 0 && unit !== undefined && { unit }) };
  },
  run: ({ window, degree, derivative }) =>
    rowByRow((row) => sgg(row, 1, { windowSize: window, polynomial: degree, derivative })),
});
