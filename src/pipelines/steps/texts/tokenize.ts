import { z } from 'zod';
import { quote } from '../../instances/describe-value.js';
import { asItems, defineStep, dense, StepFault } from '../../language/index.js';
import { invalidPipeline } from '../../pipeline-error.js';
import { RowError } from '../../prediction.js';
import { encoderOf } from '../../texts/encoders.js';
import type { TextEncoder } from '../../texts/text-encoder.js';
import { TookTooLong, withinTime } from '../../texts/bounded-time.js';

/** A tokenizer's patterns are its publisher's: some never end on some texts. */
const LIMIT_MS = 1_000;

const parameters = z.strictObject({
  part: z
    .enum(['ids', 'mask', 'types'])
    .describe(
      'Token ids (`input_ids`); 1 for each place that holds a token and 0 for those that fill up (`attention_mask`); or which of two texts a token belongs to, all 0 for most tokenizers (`token_type_ids`).',
    ),
  tokenizer: z
    .union(
      [z.record(z.string(), z.unknown()), z.string().min(1).max(200)],
      'expected the name or digest of an attachment, or the content of a tokenizer.json',
    )
    .exactOptional()
    .describe(
      'The version’s attachment of the role TOKENIZER, a `tokenizer.json` as Hugging Face’s tokenizers write it: left out where there is one, by its `name` or digest among several. Or its content.',
    ),
  length: z.int().min(1).max(8192).describe('Tokens in one instance, special ones included.'),
  padding: z.string().min(1).default('[PAD]').describe('The token that fills up.'),
  cut: z.boolean().default(false).describe('Whether what is longer is cut off at its end; refused else.'),
  maximum: z.int().min(1).max(100_000).default(10_000).describe('Characters in one text.'),
});
export const tokenize = defineStep({
  name: 'tokenize',
  group: 'text',
  summary:
    'ids of the tokens of a text, the mask or the types beside them, as the model’s own `tokenizer.json` makes them, special tokens included, filled up behind to `length`',
  parameters,
  takes: ['text'],
  gives(given, [kind]) {
    if (kind?.kind === 'text' && kind.shape.length > 0)
      throw new StepFault([], 'takes one text for each instance');
    if (typeof given.tokenizer === 'object') encoderOf(given.tokenizer, given);
    return {
      kind: 'numbers',
      shape: [given.length],
      holds: given.part === 'mask' ? 'bits' : 'whole',
      unit: '1',
    };
  },
  run(given) {
    const { part, tokenizer, length, cut, maximum } = given;
    return ([texts], context) => {
      const description = typeof tokenizer === 'string' ? context.tokenizer?.(tokenizer) : tokenizer;
      if (description === undefined)
        throw invalidPipeline(
          ['steps'],
          'a text needs its tokenizer: expected a version that has it attached, or the digest of one',
        );
      const encoder = encoderOf(description, given);
      const items = asItems(texts) as readonly string[];
      const data = new Float64Array(items.length * length);
      for (const [row, text] of items.entries()) {
        const encoded =
          text.length > maximum ? tooLong(text, maximum) : encodedWithin(encoder, text, cut, length);
        if (encoded instanceof RowError) context.fail(row, encoded);
        else if (part === 'ids') data.set(encoded.ids, row * length);
        else if (part === 'types') data.set(encoded.types, row * length);
        else data.fill(1, row * length, row * length + encoded.length);
      }
      return dense(length, data);
    };
  },
});

function encodedWithin(encoder: TextEncoder, text: string, cut: boolean, length: number) {
  try {
    return (
      withinTime(LIMIT_MS, () => encoder.encode(text, cut)) ??
      new RowError(
        'INVALID_INSTANCE',
        `${quote(text)} has more than the ${length} tokens that this model takes`,
      )
    );
  } catch (error) {
    const reason = error instanceof TookTooLong ? `took more than ${LIMIT_MS} ms` : 'failed';
    return new RowError(
      'INVALID_INSTANCE',
      `${quote(text)} has no tokens: the model's tokenizer ${reason} on it`,
    );
  }
}

function tooLong(text: string, maximum: number): RowError {
  return new RowError(
    'INVALID_INSTANCE',
    `${quote(text)} has ${text.length} characters: expected at most ${maximum}`,
  );
}
