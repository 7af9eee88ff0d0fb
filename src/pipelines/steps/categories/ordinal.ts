import { z } from 'zod';
import { quoteGiven } from '../../instances/describe-value.js';
import { asItems, dense, defineStep } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { categoriesOf } from './one-hot.js';

export const ordinal = defineStep({
  name: 'ordinal',
  group: 'categories and dates',
  summary: 'the number of the category, from 0 in the order of its values',
  parameters: z.strictObject({
    values: z
      .array(z.string())
      .min(1)
      .max(10_000)
      .exactOptional()
      .describe('Categories in their order; those of the field when left out.'),
    unseen: z.int().exactOptional().describe('The number of another category; without it that is an error.'),
  }),
  takes: ['text'],
  gives(parameters, kinds) {
    categoriesOf(parameters, kinds);
    return { kind: 'numbers', shape: [], holds: 'whole', unit: '1' };
  },
  run(parameters, kinds) {
    const places = new Map(categoriesOf(parameters, kinds).map((name, place) => [name, place]));
    const { unseen } = parameters;
    return ([texts], context) => {
      const data = new Float64Array(context.rows);
      for (const [row, text] of asItems(texts).entries()) {
        const place = places.get(text as string) ?? unseen;
        if (place !== undefined) data[row] = place;
        else
          context.fail(
            row,
            new RowError('UNKNOWN_CATEGORY', `${quoteGiven(String(text))} is none of the categories`),
          );
      }
      return dense(1, data);
    };
  },
});
