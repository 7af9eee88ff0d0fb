import { z } from 'zod';
import { similarNames } from '../../../platform/similar-names.js';
import { describeValue, quoteGiven } from '../../instances/describe-value.js';
import { defineField, StepFault } from '../../language/index.js';
import { RowError } from '../../prediction.js';

const SHOWN = 20;

export const category = defineField({
  kind: 'category',
  summary: 'one of `values`, as text; whole numbers and truth values are taken by how they are written',
  settings: z.strictObject({
    values: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(10_000)
      .describe('What it may be, in the order of the columns or numbers that steps make of it.'),
    unseen: z
      .enum(['refuse', 'accept'])
      .default('refuse')
      .describe('What another value gets: an error, or none of the columns of `one-hot`.'),
  }),
  gives({ values }) {
    if (new Set(values).size < values.length)
      throw new StepFault(['values'], 'each value once; one of them comes twice');
    return { kind: 'text', shape: [], values };
  },
  read({ values, unseen }, name) {
    const known = new Set(values);
    return (value) => {
      const text = typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : value;
      if (typeof text !== 'string')
        throw new RowError('INVALID_INSTANCE', `${name} must be text, got ${describeValue(value)}`);
      if (known.has(text)) return text;
      const trimmed = text.trim();
      if (known.has(trimmed) || unseen === 'accept') return trimmed;
      throw unknown(name, text, values);
    };
  },
  describe: ({ values }, name) => ({ name, kind: 'category', shape: [], values }),
});

function unknown(name: string, given: string, values: readonly string[]): RowError {
  const [nearest] = similarNames(given, values, 1);
  const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  const more = values.length > SHOWN ? ` and ${values.length - SHOWN} more` : '';
  return new RowError(
    'UNKNOWN_CATEGORY',
    `${name} is ${quoteGiven(given)}, which the model was not trained with: expected ${values.slice(0, SHOWN).join(', ')}${more}${meant}`,
  );
}
