import { z } from 'zod';
import { describeValue } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';

/** A calendar date, or one with a time and perhaps its zone, as ISO 8601 writes them. */
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

export const date = defineField({
  kind: 'date',
  summary:
    'a date or a time as ISO 8601 writes it, `"2026-03-01"` or `"2026-03-01T12:30:00Z"`; without a zone it is UTC',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'date' }),
  read: (_, name) => (value) => readDate(name, value),
  describe: (_, name) => ({ name, kind: 'date', shape: [] }),
});

/** Milliseconds since 1970. @throws RowError */
export function readDate(name: string, value: unknown): number {
  const text = typeof value === 'string' ? value.trim() : '';
  const [, year, month, day] = ISO.exec(text) ?? [];
  const at = year === undefined ? NaN : Date.parse(withZone(text));
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (Number.isNaN(at) || !isDay)
    throw new RowError(
      'INVALID_INSTANCE',
      `${name} must be a date such as "2026-03-01" or "2026-03-01T12:30:00Z", got ${describeValue(value)}`,
    );
  return at;
}

function withZone(text: string): string {
  const iso = text.replace(' ', 'T');
  return !iso.includes('T') || /(Z|[+-]\d{2}:?\d{2})$/.test(iso.slice(10)) ? iso : `${iso}Z`;
}
