import { unreadableFile } from '../unreadable-file.js';

/** So many bytes tell UTF-16 without a mark from other text. */
const LOOK_BYTES = 512;

type Encoding = 'ascii' | 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

/**
 * Text in UTF-8, whatever it came in: UTF-8 with or without a mark, UTF-16, or Latin-1 (as Windows extends it). It is taken
 * for the last where the first character beyond ASCII cannot be UTF-8. What is not UTF-8 later in a file that is
 * becomes U+FFFD, by which the reader of a row knows.
 */
export class Utf8 {
  private encoding: Encoding | null = null;
  private decoder: TextDecoder | null = null;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly name: string,
    private readonly onTaken: ((what: string) => void) | undefined,
  ) {}

  /** @throws DomainError UNREADABLE_FILE for what is no text */
  async *of(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of chunks) {
      const text = this.decode(chunk);
      if (text.length > 0) yield text;
    }
    const last = this.end();
    if (last.length > 0) yield last;
  }

  private decode(given: Buffer): Buffer {
    const chunk = this.rest.length === 0 ? given : Buffer.concat([this.rest, given]);
    this.rest = Buffer.alloc(0);
    if (this.encoding === null) return this.begin(chunk);
    return this.convert(chunk);
  }

  private begin(chunk: Buffer): Buffer {
    const mark = markOf(chunk);
    const guess = mark?.encoding ?? guessOf(chunk.subarray(0, LOOK_BYTES));
    if (guess === 'binary')
      throw unreadableFile(
        `${this.name} is not text: it has zero bytes near its beginning. Say which format it is, or export it as text.`,
      );
    this.encoding = guess;
    if (guess === 'utf-16le' || guess === 'utf-16be') this.take(guess);
    return this.convert(mark ? chunk.subarray(mark.bytes) : chunk);
  }

  private convert(chunk: Buffer): Buffer {
    if (this.encoding === 'ascii') return this.whileAscii(chunk);
    return this.decoder === null ? chunk : Buffer.from(this.decoder.decode(chunk, { stream: true }));
  }

  private whileAscii(chunk: Buffer): Buffer {
    const at = chunk.findIndex((byte) => byte >= 0x80);
    if (at === -1) return chunk;
    const sequence = utf8At(chunk, at);
    if (sequence === 'cut') {
      this.rest = chunk.subarray(at);
      return chunk.subarray(0, at);
    }
    this.encoding = sequence === 'valid' ? 'utf-8' : 'windows-1252';
    if (this.encoding === 'windows-1252') this.take('windows-1252');
    return this.convert(chunk);
  }

  private take(encoding: 'windows-1252' | 'utf-16le' | 'utf-16be'): void {
    this.decoder = new TextDecoder(encoding);
    this.onTaken?.(encoding === 'windows-1252' ? 'text in Latin-1 (windows-1252)' : 'text in UTF-16');
  }

  private end(): Buffer {
    const { rest } = this;
    if (rest.length === 0) return Buffer.from(this.decoder?.decode() ?? '');
    // A sequence that was cut by the end of the file is none.
    this.take('windows-1252');
    return Buffer.from(this.decoder?.decode(rest) ?? '');
  }
}

function markOf(chunk: Buffer): { readonly encoding: Encoding; readonly bytes: number } | null {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return { encoding: 'utf-8', bytes: 3 };
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return { encoding: 'utf-16le', bytes: 2 };
  if (chunk[0] === 0xfe && chunk[1] === 0xff) return { encoding: 'utf-16be', bytes: 2 };
  return null;
}

/** Text of ASCII in UTF-16 has a zero in every other byte; other text has none. */
function guessOf(beginning: Buffer): Encoding | 'binary' {
  let [even, odd] = [0, 0];
  for (const [index, byte] of beginning.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even++;
    else odd++;
  }
  if (even + odd === 0) return 'ascii';
  const half = Math.floor(beginning.length / 2);
  if (even === 0 && odd > half * 0.5) return 'utf-16le';
  if (odd === 0 && even > half * 0.5) return 'utf-16be';
  return 'binary';
}

function utf8At(chunk: Buffer, at: number): 'valid' | 'invalid' | 'cut' {
  const first = chunk[at] ?? 0;
  const length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || first > 0xf4) return 'invalid';
  for (let place = 1; place < length; place++) {
    const byte = chunk[at + place];
    if (byte === undefined) return 'cut';
    if (byte < 0x80 || byte > 0xbf) return 'invalid';
  }
  return 'valid';
}

/** Stands for what could not be decoded. */
export const UNDECODABLE = '\ufffd';
