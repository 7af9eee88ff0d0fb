import { StepFault } from '../language/index.js';
import { TextEncoder, type TokenizerDescription } from './text-encoder.js';

/** How long texts are, and which token fills them up. */
export interface EncodedForm {
  readonly length: number;
  readonly padding: string;
}

/** Steps of one pipeline often share a tokenizer, and reading one takes a while. */
const encoders = new WeakMap<object, Map<string, TextEncoder>>();

/** @throws StepFault for what is no tokenizer, or has no such token */
export function encoderOf(tokenizer: TokenizerDescription, { length, padding }: EncodedForm): TextEncoder {
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
