import { z } from 'zod';
import { asItems, dense, defineStep, StepFault, type ValueKind } from '../../language/index.js';

const values = z
  .array(z.string())
  .min(1)
  .max(10_000)
  .exactOptional()
  .describe('Categories in the order of the columns; those of the field when left out.');

export const oneHot = defineStep({
  name: 'one-hot',
  group: 'categories and dates',
  summary: 'a column for each category, 1 where it is that one; all are 0 for one that is not among them',
  parameters: z.strictObject({ values }),
  takes: ['text'],
  gives(parameters, kinds) {
    const names = categoriesOf(parameters, kinds);
    return { kind: 'numbers', shape: [names.length], holds: 'bits', unit: '1', names };
  },
  run(parameters, kinds) {
    const names = categoriesOf(parameters, kinds);
    const places = new Map(names.map((name, place) => [name, place]));
    return ([texts], { rows }) => {
      const data = new Uint8Array(rows * names.length);
      for (const [row, text] of asItems(texts).entries()) {
        const place = places.get(text as string);
        if (place !== undefined) data[row * names.length + place] = 1;
      }
      return dense(names.length, data);
    };
  },
});

/** @throws StepFault where neither the step nor its field says them */
export function categoriesOf(
  { values: own }: { readonly values?: readonly string[] },
  [kind]: readonly ValueKind[],
): readonly string[] {
  const of = kind?.kind === 'text' && kind.shape.length === 0 ? kind.values : undefined;
  const names = own ?? of;
  if (names === undefined)
    throw new StepFault(
      ['values'],
      'say the categories here, or read the field as a "category" with its values',
    );
  if (new Set(names).size < names.length)
    throw new StepFault(['values'], 'each value once; one of them comes twice');
  return names;
}
