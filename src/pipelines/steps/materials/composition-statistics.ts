import { z } from 'zod';
import { asItems, defineStep, dense } from '../../language/index.js';
import type { Composition } from '../../materials/composition.js';
import { ELEMENT_PROPERTIES } from '../../materials/element-properties.js';
import { elementStatistics, STATISTICS } from '../../materials/element-statistics.js';
import { RowError } from '../../prediction.js';
import { absent, knownProperty, properties } from './element-properties.js';

export const compositionStatistics = defineStep({
  name: 'composition-statistics',
  group: 'materials',
  summary:
    'for each of `properties` the `statistics` over the elements, weighted by their atomic fractions, as Magpie’s (Ward et al. 2016): `mean`, `deviation`, `averageDeviation`, `minimum`, `maximum`, `range`',
  parameters: z.strictObject({
    properties,
    statistics: z
      .array(z.enum(STATISTICS))
      .min(1)
      .default([...STATISTICS])
      .describe('Which of them, for each property; all when left out.'),
    absent,
  }),
  takes: ['composition'],
  gives: ({ properties: names, statistics }) => ({
    kind: 'numbers',
    shape: [names.length * statistics.length],
    holds: 'real',
    unit: names.flatMap((name) => statistics.map(() => ELEMENT_PROPERTIES[name])),
    names: names.flatMap((name) => statistics.map((statistic) => `${statistic} ${name}`)),
  }),
  run:
    ({ properties: names, statistics, absent: standIn }) =>
    ([compositions], context) => {
      const items = asItems(compositions) as readonly Composition[];
      const width = names.length * statistics.length;
      const data = new Float64Array(items.length * width);
      for (const [row, composition] of items.entries())
        try {
          const values = names.flatMap((name) =>
            elementStatistics(composition, (number) => known(number, name, standIn), statistics),
          );
          data.set(values, row * width);
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          context.fail(row, error);
        }
      return dense(width, data);
    },
});

function known(...given: Parameters<typeof knownProperty>): number {
  const value = knownProperty(...given);
  if (value instanceof RowError) throw value;
  return value;
}
