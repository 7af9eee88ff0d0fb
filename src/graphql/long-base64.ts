import { randomUUID } from 'node:crypto';

/** Encoded at a time: strings of this size are made and forgotten where memory is at hand. A multiple of 3. */
const PIECE_BYTES = 49_152;
/** Nobody outside knows it, so no answer holds it by chance or on purpose. */
const PLACEHOLDER = `"base64 ${randomUUID()}"`;

/** Those met by the stringifying that is under way, in the order of their places; null when they are to be text. */
let met: LongBase64[] | null = null;

/** Bytes that are base64 in any JSON, and that `answerText` writes without ever making a string of them. */
export class LongBase64 {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  toJSON(): string {
    if (met === null) return this.#bytes.toString('base64');
    met.push(this);
    return PLACEHOLDER.slice(1, -1);
  }

  get length(): number {
    return Math.ceil(this.#bytes.length / 3) * 4;
  }

  /** @returns where it ends */
  writeTo(target: Buffer, start: number): number {
    let at = start;
    for (let from = 0; from < this.#bytes.length; from += PIECE_BYTES)
      at += target.write(this.#bytes.toString('base64', from, from + PIECE_BYTES), at, 'latin1');
    return at;
  }
}

/** An answer as JSON with a line break behind it: bytes when it holds long base64, else text. */
export function answerText(answer: object): string | Buffer {
  const found: LongBase64[] = [];
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
    found.reduce((sum, { length }) => sum + length + 2, 0) +
      parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0),
  );
  let at = 0;
  for (const [index, part] of parts.entries()) {
    at += bytes.write(part, at);
    const long = found[index];
    if (!long) continue;
    at += bytes.write('"', at);
    at = long.writeTo(bytes, at);
    at += bytes.write('"', at);
  }
  return bytes;
}
