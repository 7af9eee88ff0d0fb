import { z } from 'zod';
import { describeValue } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';

const MEANT: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [true, 1],
  [false, 0],
  [1, 1],
  [0, 0],
  ['true', 1],
  ['false', 0],
  ['1', 1],
  ['0', 0],
]);

export const boolean = defineField({
  kind: 'boolean',
  summary: '`true` or `false`; 1 and 0, and these as text, are taken as well',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'numbers', shape: [], holds: 'bits', unit: '1' }),
  read: (_, name) => (value) => {
    const read = MEANT.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
    if (read === undefined)
      throw new RowError('INVALID_INSTANCE', `${name} must be true or false, got ${describeValue(value)}`);
    return read;
  },
  describe: (_, name) => ({ name, kind: 'boolean', shape: [] }),
});
