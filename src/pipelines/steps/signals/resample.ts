import { z } from 'zod';
import { asItems, defineStep, dense, StepFault } from '../../language/index.js';
import { OUTSIDE, resample } from '../../spectra/resample.js';
import type { Spectrum } from '../../spectra/spectrum.js';
import { attempt } from './rows.js';

export const resampleStep = defineStep({
  name: 'resample',
  group: 'spectra and series',
  summary:
    'values at `points` places at equal distances `from` … `to` (both included), linear between measured ones',
  parameters: z.strictObject({
    from: z.number().describe('The first place, in the unit of the axis.'),
    to: z.number().describe('The last place; below the first for a falling axis.'),
    points: z.int().min(2).max(100_000).describe('How many.'),
    outside: z
      .enum(OUTSIDE)
      .default('refuse')
      .describe(
        'What stands beyond the measured range: nothing, so that the instance is refused, `zero`, or the value at the `edge`.',
      ),
  }),
  takes: ['spectrum', 'series'],
  gives({ from, to, points }) {
    if (from === to) throw new StepFault(['to'], 'the first and the last place are the same');
    return { kind: 'numbers', shape: [points], holds: 'real' };
  },
  run:
    (grid) =>
    ([spectra], context) => {
      const { points } = grid;
      const items = asItems(spectra) as readonly Spectrum[];
      const data = new Float64Array(items.length * points);
      for (const [row, spectrum] of items.entries())
        attempt(row, context, () => data.set(resample(spectrum, grid), row * points));
      return dense(points, data);
    },
});
