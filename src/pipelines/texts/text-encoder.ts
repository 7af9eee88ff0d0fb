import * as tokenizers from '@huggingface/tokenizers';

/** What is used of the library, whose own types do not resolve for modules of Node. */
interface Tokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  token_to_id(token: string): number | undefined;
}
const { Tokenizer: TokenizerOf } = tokenizers as unknown as {
  readonly Tokenizer: new (description: object, config: object) => Tokenizer;
};

/** A text as a language model takes it. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** How many of them are the text's own and the special ones around it; the others fill up. */
  readonly length: number;
}

/** Encodes texts by a `tokenizer.json` of Hugging Face's tokenizers, cut or filled up to one length. */
export class TextEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #padding: number;

  /**
   * @param description the content of a `tokenizer.json`
   * @param padding the token that fills up
   * @throws Error when it describes no tokenizer, or has no such token
   */
  constructor(
    description: Readonly<Record<string, unknown>>,
    private readonly length: number,
    padding: string,
  ) {
    this.#tokenizer = new TokenizerOf(description, {});
    const id = this.#tokenizer.token_to_id(padding);
    if (id === undefined) throw new Error(`its vocabulary has no token ${JSON.stringify(padding)}`);
    this.#padding = id;
  }

  /** @returns undefined where the text is longer and may not be cut */
  encode(text: string, cut: boolean): EncodedText | undefined {
    const ids = this.#idsOf(text, true);
    const kept = ids.length <= this.length ? ids : cut ? this.#cut(text, ids) : undefined;
    if (kept === undefined) return undefined;
    return {
      ids: [...kept, ...new Array<number>(this.length - kept.length).fill(this.#padding)],
      length: kept.length,
    };
  }

  #idsOf(text: string, special: boolean): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: special }).ids;
  }

  /** Without the last tokens of the text; special ones around it stay. */
  #cut(text: string, whole: readonly number[]): number[] {
    const own = this.#idsOf(text, false);
    const extra = whole.length - own.length;
    let before = 0;
    while (before < extra && !own.every((id, at) => id === whole[before + at])) before++;
    const end = before + own.length;
    return [
      ...whole.slice(0, before),
      ...own.slice(0, Math.max(0, this.length - extra)),
      ...whole.slice(end),
    ].slice(0, this.length);
  }
}
