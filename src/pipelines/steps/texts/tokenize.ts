import { z } from 'zod';
import { quote } from '../../instances/describe-value.js';
import { asItems, defineStep, dense, StepFault } from '../../language/index.js';
import { RowError } from '../../prediction.js';
import { TextEncoder } from '../../texts/text-encoder.js';
import { TookTooLong, withinTime } from '../../texts/bounded-time.js';

/** A tokenizer's patterns are its publisher's: some never end on some texts. */
const LIMIT_MS = 1_000;

const parameters = z.strictObject({
  part: z
    .enum(['ids', 'mask'])
    .describe('Token ids, or 1 for each place that holds a token and 0 for those that fill up.'),
  tokenizer: z
    .record(z.string(), z.unknown())
    .describe('The content of the model’s `tokenizer.json`, as Hugging Face’s tokenizers write it.'),
  length: z.int().min(1).max(8192).describe('Tokens in one instance, special ones included.'),
  padding: z.string().min(1).default('[PAD]').describe('The token that fills up.'),
  cut: z.boolean().default(false).describe('Whether what is longer is cut off at its end; refused else.'),
  maximum: z.int().min(1).max(100_000).default(10_000).describe('Characters in one text.'),
});
type Parameters = z.output<typeof parameters>;

/** Steps of one pipeline often share a tokenizer, and reading one takes a while. */
const encoders = new WeakMap<object, Map<string, TextEncoder>>();

export const tokenize = defineStep({
  name: 'tokenize',
  group: 'text',
  summary:
    'ids of the tokens of a text, or the mask beside them, as the model’s own `tokenizer.json` makes them, filled up to `length`',
  parameters,
  takes: ['text'],
  gives(given, [kind]) {
    if (kind?.kind === 'text' && kind.shape.length > 0)
      throw new StepFault([], 'takes one text for each instance');
    encoderOf(given);
    return {
      kind: 'numbers',
      shape: [given.length],
      holds: given.part === 'mask' ? 'bits' : 'whole',
      unit: '1',
    };
  },
  run(given) {
    const encoder = encoderOf(given);
    const { part, length, cut, maximum } = given;
    return ([texts], context) => {
      const items = asItems(texts) as readonly string[];
      const data = new Float64Array(items.length * length);
      for (const [row, text] of items.entries()) {
        const encoded =
          text.length > maximum ? tooLong(text, maximum) : encodedWithin(encoder, text, cut, length);
        if (encoded instanceof RowError) context.fail(row, encoded);
        else if (part === 'ids') data.set(encoded.ids, row * length);
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

/** @throws StepFault */
function encoderOf({ tokenizer, length, padding }: Parameters): TextEncoder {
  const key = `${length} ${padding}`;
  let known = encoders.get(tokenizer);
  if (known === undefined) encoders.set(tokenizer, (known = new Map<string, TextEncoder>()));
  let encoder = known.get(key);
  if (encoder === undefined)
    try {
      known.set(key, (encoder = new TextEncoder(tokenizer, length, padding)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StepFault(['tokenizer'], `is no tokenizer that can be read: ${reason.slice(0, 300)}`);
    }
  return encoder;
}
