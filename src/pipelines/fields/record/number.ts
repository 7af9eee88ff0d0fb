import { z } from 'zod';
import { defineField } from '../../language/index.js';
import { QuantityReader } from '../../units/read-quantity.js';
import { checkRange, describeRange, range, withinRange } from './range.js';

export const number = defineField({
  kind: 'number',
  summary:
    'a number, alone or with its unit: `298.15`, `"25 degC"` or `{"value": 25, "unit": "degC"}`, converted to the `unit` of the field',
  settings: z.strictObject({
    unit: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .exactOptional()
      .describe('What the model was trained in; `"1"` says dimensionless.'),
    range,
  }),
  gives({ unit, range: given }) {
    checkRange(given);
    return { kind: 'numbers', shape: [], holds: 'real', ...(unit !== undefined && { unit }) };
  },
  read({ unit, range: given }, name) {
    const quantities = new QuantityReader(name, unit);
    return (value) => {
      const read = typeof value === 'number' && Number.isFinite(value) ? value : quantities.read(value);
      if (given !== undefined) withinRange(name, read, given, unit ?? '');
      return read;
    };
  },
  describe: ({ unit, range: given }, name) => ({
    name,
    kind: 'number',
    shape: [],
    ...(unit !== undefined && { unit }),
    ...describeRange(given),
  }),
});
