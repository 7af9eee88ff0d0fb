import { z } from 'zod';
import { describeValue, meantNumber } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { QuantityReader } from '../../units/read-quantity.js';
import { checkRange, describeRange, range, withinRange } from './range.js';

export const integer = defineField({
  kind: 'integer',
  summary: 'a whole number up to 2^53 − 1, alone or with its unit',
  settings: z.strictObject({
    unit: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .exactOptional()
      .describe('What is counted; `"1"` for a mere count.'),
    range,
  }),
  gives({ unit, range: given }) {
    checkRange(given);
    return { kind: 'numbers', shape: [], holds: 'whole', ...(unit !== undefined && { unit }) };
  },
  read({ unit, range: given }, name) {
    const quantities = new QuantityReader(name, unit);
    return (value) => {
      const read = quantities.read(value);
      if (!Number.isSafeInteger(read))
        throw new RowError(
          'INVALID_INSTANCE',
          `${name} must be a whole number, got ${describeValue(value)}${meantNumber(value)}`,
        );
      withinRange(name, read, given, unit ?? '');
      return read;
    };
  },
  describe: ({ unit, range: given }, name) => ({
    name,
    kind: 'integer',
    shape: [],
    ...(unit !== undefined && { unit }),
    ...describeRange(given),
  }),
});
