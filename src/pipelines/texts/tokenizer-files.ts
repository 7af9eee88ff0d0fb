import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { FindFile } from '../find-file.js';
import { isObject } from '../instances/describe-value.js';
import type { Pipeline } from '../pipeline.js';
import type { TokenizerDescription } from './text-encoder.js';

/** Of the files; what is made of one takes some times as much. */
const MAXIMUM_BYTES = 128 * 1024 ** 2;

/** The tokenizers that versions have as attachments, read once for as long as they are used. */
export class TokenizerFiles {
  readonly #known = new LRUCache<string, TokenizerDescription>({ maxSize: MAXIMUM_BYTES });

  /** @param find checks the bytes against the digest */
  constructor(private readonly find: FindFile) {}

  /**
   * Those that a pipeline names, by their digests.
   *
   * @throws NoTokenizer for a file that is none; DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
   */
  async of(pipeline: Pipeline, signal?: AbortSignal): Promise<ReadonlyMap<string, TokenizerDescription>> {
    const found = new Map<string, TokenizerDescription>();
    for (const { tokenizer } of tokenizeSteps(pipeline))
      if (typeof tokenizer === 'string' && isDigest(tokenizer) && !found.has(tokenizer))
        found.set(tokenizer, this.#known.get(tokenizer) ?? (await this.#read(tokenizer, signal)));
    return found;
  }

  async #read(digest: string, signal: AbortSignal | undefined): Promise<TokenizerDescription> {
    const text = await readFile(await this.find(digest, signal), 'utf8');
    let description: unknown;
    try {
      description = JSON.parse(text);
    } catch (cause) {
      throw new NoTokenizer(digest, 'it is not JSON', { cause });
    }
    if (!isObject(description)) throw new NoTokenizer(digest, 'it is no JSON object');
    this.#known.set(digest, description, { size: text.length + 1 });
    return description;
  }
}

/** A file that is attached as a tokenizer and is none. */
export class NoTokenizer extends Error {
  constructor(
    readonly digest: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${digest} is no tokenizer.json: ${reason}`, options);
  }
}

/** A step that turns texts into tokens, and what it says of its tokenizer. */
export interface TokenizeStep {
  readonly name: string;
  readonly tokenizer: unknown;
}

export function tokenizeSteps(pipeline: Pipeline): TokenizeStep[] {
  if (pipeline.format !== 2) return [];
  return Object.entries(pipeline.steps).flatMap(([name, step]) =>
    step.step === 'tokenize' ? [{ name, tokenizer: step.tokenizer }] : [],
  );
}

export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
