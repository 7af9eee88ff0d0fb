import { z } from 'zod';
import { describeValue } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';

const MAXIMUM = 100_000;

export const text = defineField({
  kind: 'text',
  summary: 'a text of at most `maximum` characters',
  settings: z.strictObject({
    maximum: z.int().min(1).max(10_000_000).default(MAXIMUM).describe('Characters; 100,000 when left out.'),
  }),
  gives: () => ({ kind: 'text', shape: [] }),
  read:
    ({ maximum }, name) =>
    (value) =>
      readText(name, value, maximum),
  describe: (_, name) => ({ name, kind: 'text', shape: [] }),
});

/** @throws RowError */
export function readText(name: string, value: unknown, maximum = MAXIMUM): string {
  if (typeof value !== 'string')
    throw new RowError('INVALID_INSTANCE', `${name} must be text, got ${describeValue(value)}`);
  if (value.length > maximum)
    throw new RowError(
      'INVALID_INSTANCE',
      `${name} has ${value.length} characters: expected at most ${maximum}`,
    );
  return value;
}
