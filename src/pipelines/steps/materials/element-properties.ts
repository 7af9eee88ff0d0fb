import { z } from 'zod';
import { elementSymbol } from '../../instances/chemical-elements.js';
import { asItems, defineStep, dense } from '../../language/index.js';
import {
  ELEMENT_PROPERTIES,
  ELEMENT_PROPERTY_NAMES,
  elementProperty,
} from '../../materials/element-properties.js';
import { RowError } from '../../prediction.js';

export const properties = z
  .array(z.enum(ELEMENT_PROPERTY_NAMES))
  .min(1)
  .max(16)
  .describe('Names of properties; the columns have this order.');

export const absent = z
  .number()
  .exactOptional()
  .describe(
    'Stands in for a property that is not known of an element, such as the electronegativity of helium; without it that is the instance’s error.',
  );

export const elementPropertiesStep = defineStep({
  name: 'element-properties',
  group: 'materials',
  summary: 'one column for each of `properties` of the element',
  parameters: z.strictObject({ properties, absent }),
  takes: ['element'],
  gives: ({ properties: names }) => ({
    kind: 'numbers',
    shape: [names.length],
    holds: 'real',
    unit: names.map((name) => ELEMENT_PROPERTIES[name]),
    names,
  }),
  run:
    ({ properties: names, absent: standIn }) =>
    ([elements], context) => {
      const protons = asItems(elements) as readonly number[];
      const data = new Float64Array(protons.length * names.length);
      for (const [row, number] of protons.entries())
        for (const [column, name] of names.entries()) {
          const value = knownProperty(number, name, standIn);
          if (value instanceof RowError) context.fail(row, value);
          else data[row * names.length + column] = value;
        }
      return dense(names.length, data);
    },
});

/** What a property is, or why the instance has none. */
export function knownProperty(
  number: number,
  name: (typeof ELEMENT_PROPERTY_NAMES)[number],
  standIn: number | undefined,
): number | RowError {
  const value = elementProperty(number, name);
  if (!Number.isNaN(value)) return value;
  return (
    standIn ??
    new RowError(
      'INVALID_COMPOSITION',
      `${elementSymbol(number)} has no tabulated ${name}, which this model needs`,
    )
  );
}
