import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, mustLieAlong, type Operators, type Rule } from '../step.js';
import { constant, withRows } from '../value.js';
import { unchanged } from './reducing.js';

/** Without words to leave out, each text becomes another, at its place. */
const stringNormalizer: Rule = (step) => {
  const input = step.input(0);
  if (!input.rows) return [constant(null)];
  if ((step.texts('stopwords')?.length ?? 0) > 0)
    throw new ProofEnd('it leaves out whole texts, whoever sent them');
  if (dimsOf(input).length !== 1) throw new ProofEnd('of two dimensions it takes a single line only');
  return [unchanged(input)];
};

/** Words of each text, filled up to as many as the longest of all has. */
const tokens =
  (padding: (pad: string) => string): Rule =>
  (step) => {
    const input = step.input(0);
    const dims = dimsOf(input);
    const sizes = [...dims, step.unknowns.fresh({ countsRows: true })];
    if (!input.rows) return step.node.outputs.map(() => constant(null));
    const { rows } = input;
    const words = { ...withRows(sizes, rows), padding: padding(step.text('pad_value', '')) };
    return step.node.outputs.map((_, index) => (index === 0 ? words : withRows(dims, rows)));
  };

/** Counts of n-grams of each line. What a line is filled up with counts nothing unless it is a word looked for. */
const tfIdf: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  mustLieAlong(input, 0);
  if (dims.length !== 2) throw new ProofEnd('it takes one dimension for a single line');
  if (input.padding !== null) {
    const words = step.texts('pool_strings');
    if (words === null || words.includes(input.padding)) throw new ProofEnd('it counts what shorter rows are filled up with'); // prettier-ignore
  }
  const sizes = [dims[0] ?? Extent.ONE, step.unknowns.fresh()];
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

export const texts: Operators = {
  StringNormalizer: stringNormalizer,
  'com.microsoft.Tokenizer': tokens((pad) => pad),
  StringSplit: tokens(() => ''),
  TfIdfVectorizer: { rule: tfIdf, takesPadding: true },
};
