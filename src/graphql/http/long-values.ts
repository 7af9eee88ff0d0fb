import { randomUUID } from 'node:crypto';
import { inTurns } from '../../platform/in-turns.js';

/** Encoded at a time: strings of this size are made and forgotten where memory is at hand. A multiple of 3. */
const PIECE_BYTES = 49_152;
/** Unknown outside, so no answer holds it by chance or on purpose. */
const PLACEHOLDER = `"long ${randomUUID()}"`;
/** Answers up to this size are put together at once. */
const SHORT_BYTES = 1_048_576;

/** Those met by the stringifying that is under way, in the order of their places; null when they are to be plain. */
let met: LongValue[] | null = null;

/** Part of an answer that `answerText` writes as it is, without ever making a string of it. */
abstract class LongValue {
  /** In bytes, as JSON. */
  abstract readonly length: number;
  /** The JSON, piece by piece: bytes, or ASCII. */
  abstract pieces(): Iterable<Buffer | string>;
  /** The same for callers that stringify it in another way. */
  protected abstract plain(): unknown;

  toJSON(): unknown {
    if (met === null) return this.plain();
    met.push(this);
    return PLACEHOLDER.slice(1, -1);
  }
}

/** Bytes that are base64 in JSON. */
export class LongBase64 extends LongValue {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  get length(): number {
    return Math.ceil(this.#bytes.length / 3) * 4 + 2;
  }

  *pieces(): Generator<string> {
    yield '"';
    for (let from = 0; from < this.#bytes.length; from += PIECE_BYTES)
      yield this.#bytes.toString('base64', from, from + PIECE_BYTES);
    yield '"';
  }

  protected plain(): string {
    return this.#bytes.toString('base64');
  }
}

/** JSON that has been written already. */
export class LongJson extends LongValue {
  readonly #json: Buffer;

  constructor(json: Buffer) {
    super();
    this.#json = json;
  }

  get length(): number {
    return this.#json.length;
  }

  *pieces(): Generator<Buffer> {
    for (let from = 0; from < this.#json.length; from += SHORT_BYTES)
      yield this.#json.subarray(from, from + SHORT_BYTES);
  }

  protected plain(): unknown {
    return JSON.parse(this.#json.toString());
  }
}

/** Whether a mutation's answer holds any. What it has lists of numbers for is not looked through. */
export function holdsLongValues(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  if (answer instanceof LongValue) return true;
  if (Array.isArray(answer)) return typeof answer[0] === 'object' && answer.some(holdsLongValues);
  return Object.values(answer).some(holdsLongValues);
}

/**
 * An answer as JSON with a line break behind it: bytes when it holds long values, else text. A promise of bytes when even
 * copying them takes so long that others have their turns meanwhile.
 */
export function answerText(answer: object): string | Buffer | Promise<Buffer> {
  const found: LongValue[] = [];
  met = found;
  let text: string;
  try {
    text = `${JSON.stringify(answer)}\n`;
  } finally {
    met = null;
  }
  if (found.length === 0) return text;
  const parts = text.split(PLACEHOLDER);
  const bytes = Buffer.allocUnsafeSlow(
    found.reduce((sum, { length }) => sum + length, 0) +
      parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0),
  );
  const steps = writing(parts, found, bytes);
  if (bytes.length > SHORT_BYTES) return inTurns(steps).then(() => bytes);
  while (steps.next().done !== true);
  return bytes;
}

function* writing(parts: readonly string[], found: readonly LongValue[], bytes: Buffer): Generator<void> {
  let at = 0;
  for (const [index, part] of parts.entries()) {
    at += bytes.write(part, at);
    for (const piece of found[index]?.pieces() ?? []) {
      at += typeof piece === 'string' ? bytes.write(piece, at, 'latin1') : piece.copy(bytes, at);
      yield;
    }
  }
}
