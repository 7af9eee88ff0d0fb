import { z } from 'zod';
import { describeValue, meantNumber } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { numberOfText } from './read-number.js';
import { checkRange, describeRange, range, withinRange } from './range.js';

export const integer = defineField({
  kind: 'integer',
  summary: 'a whole number up to 2^53 − 1, such as `3`',
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
    return (value) => {
      const read = typeof value === 'string' ? numberOfText(value) : value;
      if (typeof read !== 'number' || !Number.isSafeInteger(read))
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
