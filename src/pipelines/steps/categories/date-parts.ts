import { z } from 'zod';
import { asDense, dense, defineStep } from '../../language/index.js';

const DAY_MS = 86_400_000;
const PARTS: Readonly<Record<string, (at: Date) => number>> = {
  year: (at) => at.getUTCFullYear(),
  month: (at) => at.getUTCMonth() + 1,
  day: (at) => at.getUTCDate(),
  dayOfYear: (at) => Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / DAY_MS) + 1,
  // ISO 8601: Monday is 1.
  weekday: (at) => at.getUTCDay() || 7,
  hour: (at) => at.getUTCHours() + at.getUTCMinutes() / 60 + at.getUTCSeconds() / 3600,
  days: (at) => at.getTime() / DAY_MS,
};

export const dateParts = defineStep({
  name: 'date-parts',
  group: 'categories and dates',
  summary:
    'a column for each of `names`: `year`, `month`, `day`, `dayOfYear`, `weekday` (Monday is 1), `hour` with its fraction, `days` since 1970-01-01; in UTC',
  parameters: z.strictObject({
    names: z
      .array(z.enum(['year', 'month', 'day', 'dayOfYear', 'weekday', 'hour', 'days']))
      .min(1)
      .max(7)
      .describe('The columns, in this order.'),
  }),
  takes: ['date'],
  gives: ({ names }) => ({
    kind: 'numbers',
    shape: [names.length],
    holds: names.some((name) => name === 'hour' || name === 'days') ? 'real' : 'whole',
    names,
    unit: names.map((name) => (name === 'hour' ? 'h' : name === 'days' ? 'day' : '1')),
  }),
  run({ names }) {
    const parts = names.map((name) => PARTS[name] ?? (() => NaN));
    return ([dates], { rows }) => {
      const { data } = asDense(dates);
      const made = new Float64Array(rows * parts.length);
      for (let row = 0; row < rows; row++) {
        const at = new Date(data[row] ?? NaN);
        for (const [place, part] of parts.entries()) made[row * parts.length + place] = part(at);
      }
      return dense(parts.length, made);
    };
  },
});
