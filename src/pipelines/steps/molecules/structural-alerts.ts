import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { ALERT_SETS } from '../../molecules/alerts/alert-sets.js';

export const structuralAlerts = defineStep({
  name: 'structural-alerts',
  group: 'molecules',
  summary:
    'one column for each of `sets`: how many patterns of the set the molecule has, or with `as: "flag"` whether it has any. `pains` (or `pains-a`, `-b`, `-c`) and `brenk`, as in RDKit’s FilterCatalog',
  parameters: z.strictObject({
    sets: z.array(z.enum(ALERT_SETS)).min(1).max(5).describe('Which sets; the columns have this order.'),
    as: z.enum(['count', 'flag']).default('count').describe('How many patterns, or 1 for any.'),
  }),
  takes: ['molecule'],
  gives: ({ sets, as }) => ({
    kind: 'numbers',
    shape: [sets.length],
    holds: as === 'flag' ? 'bits' : 'whole',
    unit: '1',
    names: sets,
  }),
  molecule: {
    needs: ({ sets }) => ({ alerts: sets }),
    take:
      ({ sets, as }) =>
      (molecule, places) =>
        sets.map((_, place) => {
          const found = molecule.alerts[places.alerts + place]?.length ?? 0;
          return as === 'flag' ? Math.min(found, 1) : found;
        }),
  },
});
