import * as tokenizers from '@huggingface/tokenizers';

/** What is used of the library, whose own types do not resolve for modules of Node. */
interface Tokenizer {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean; readonly return_token_type_ids: boolean },
  ): { readonly ids: number[]; readonly token_type_ids?: number[] };
  token_to_id(token: string): number | undefined;
  get_vocab(withAdded: boolean): ReadonlyMap<string, number>;
}
const { Tokenizer: TokenizerOf } = tokenizers as unknown as {
  readonly Tokenizer: new (description: object, config: object) => Tokenizer;
};

/** What a `tokenizer.json` says. */
export type TokenizerDescription = Readonly<Record<string, unknown>>;

/** A text as a language model takes it. */
export interface EncodedText {
  readonly ids: readonly number[];
  /** Which of two texts each belongs to, as the tokenizer's template says for one text; 0 where it says nothing. */
  readonly types: readonly number[];
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
    description: TokenizerDescription,
    private readonly length: number,
    padding: string,
  ) {
    this.#tokenizer = new TokenizerOf(description, {});
    const id = this.#tokenizer.token_to_id(padding);
    if (id === undefined) throw new Error(`its vocabulary has no token ${JSON.stringify(padding)}`);
    this.#padding = id;
  }

  /** The largest id that a text can get. */
  get largestId(): number {
    let largest = this.#padding;
    for (const id of this.#tokenizer.get_vocab(true).values()) largest = Math.max(largest, id);
    return largest;
  }

  /** @returns undefined where the text is longer and may not be cut */
  encode(text: string, cut: boolean): EncodedText | undefined {
    const whole = this.#tokensOf(text, true);
    const kept = whole.length <= this.length ? whole : cut ? this.#cut(text, whole) : undefined;
    if (kept === undefined) return undefined;
    const filling = new Array<Token>(this.length - kept.length).fill({ id: this.#padding, type: 0 });
    const tokens = [...kept, ...filling];
    return { ids: tokens.map(({ id }) => id), types: tokens.map(({ type }) => type), length: kept.length };
  }

  #tokensOf(text: string, special: boolean): Token[] {
    const { ids, token_type_ids: types } = this.#tokenizer.encode(text, {
      add_special_tokens: special,
      return_token_type_ids: true,
    });
    return ids.map((id, place) => ({ id, type: types?.[place] ?? 0 }));
  }

  /** Without the last tokens of the text; special ones around it stay. */
  #cut(text: string, whole: readonly Token[]): Token[] {
    const own = this.#tokensOf(text, false);
    const extra = whole.length - own.length;
    let before = 0;
    while (before < extra && !own.every(({ id }, at) => id === whole[before + at]?.id)) before++;
    const end = before + own.length;
    return [
      ...whole.slice(0, before),
      ...whole.slice(before, before + Math.max(0, this.length - extra)),
      ...whole.slice(end),
    ].slice(0, this.length);
  }
}

interface Token {
  readonly id: number;
  readonly type: number;
}
