import { createHash, type Hash } from 'node:crypto';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';

const BLOCK = 512;
const SUMS = 'SHA256SUMS';
/** Of the list of digests; docs/archive-format.md. */
const MAX_SUMS_BYTES = 64 * 1024 ** 2;

/**
 * Hands an archive through and checks every file in it against the digests at its beginning: a download that was cut or
 * damaged never gets its final name.
 */
export async function* checkedArchive(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const check = new ArchiveCheck();
  for await (const chunk of chunks) {
    check.read(chunk);
    yield chunk;
  }
  check.end();
}

/** Reads the tar as it comes: headers of one block, each with a file behind it that is filled up to whole blocks. */
class ArchiveCheck {
  private header = Buffer.alloc(0);
  private file: { readonly name: string; readonly hash: Hash; left: number; padding: number } | null = null;
  private sums: Buffer[] = [];
  private sumsBytes = 0;
  private expected: { readonly name: string; readonly digest: string }[] | null = null;
  private ended = false;

  read(chunk: Uint8Array): void {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0 && !this.ended)
      rest = this.file === null ? this.readHeader(rest) : this.readFile(rest);
    // The end mark is zeros, and so is everything behind it.
    mustBeZeros(rest);
  }

  end(): void {
    if (!this.ended || this.expected === null || this.expected.length > 0) throw damaged('it ends too early');
  }

  private readHeader(rest: Buffer): Buffer {
    const taken = rest.subarray(0, BLOCK - this.header.length);
    this.header = Buffer.concat([this.header, taken]);
    if (this.header.length === BLOCK) {
      const name = textAt(this.header, 0, 100);
      if (name === '') this.ended = true;
      else {
        const size = parseInt(textAt(this.header, 124, 12), 8);
        if (!Number.isSafeInteger(size)) throw damaged('a header cannot be read');
        this.file = {
          name,
          hash: createHash('sha256'),
          left: size,
          padding: (BLOCK - (size % BLOCK)) % BLOCK,
        };
        if (size === 0) this.finishFile();
      }
      this.header = Buffer.alloc(0);
    }
    return rest.subarray(taken.length);
  }

  private readFile(rest: Buffer): Buffer {
    const { file } = this;
    if (file === null) return rest;
    const content = rest.subarray(0, file.left);
    file.hash.update(content);
    if (file.name === SUMS) this.keepSums(content);
    file.left -= content.length;
    const padding = rest.subarray(content.length, content.length + (file.left === 0 ? file.padding : 0));
    mustBeZeros(padding);
    file.padding -= padding.length;
    if (file.left === 0 && file.padding === 0) this.finishFile();
    return rest.subarray(content.length + padding.length);
  }

  private keepSums(content: Buffer): void {
    this.sumsBytes += content.length;
    if (this.sumsBytes > MAX_SUMS_BYTES) throw damaged('its list of digests is too long');
    this.sums.push(Buffer.from(content));
  }

  private finishFile(): void {
    const { file } = this;
    this.file = null;
    if (file === null) return;
    if (this.expected === null) {
      if (file.name !== SUMS) throw damaged('it does not begin with its digests');
      this.expected = Buffer.concat(this.sums)
        .toString('utf8')
        .split('\n')
        .flatMap((line) => {
          const [, digest, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
          return digest === undefined || name === undefined ? [] : [{ digest, name }];
        });
      return;
    }
    const next = this.expected.shift();
    if (next?.name !== file.name || next.digest !== file.hash.digest('hex'))
      throw damaged(`${file.name} is not what its digest says`);
  }
}

function mustBeZeros(bytes: Buffer): void {
  if (bytes.some((byte) => byte !== 0)) throw damaged('there is something between its files');
}

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field
    .subarray(0, end === -1 ? length : end)
    .toString('utf8')
    .trim();
}

function damaged(how: string): Failure {
  return new Failure(EXIT.UNAVAILABLE, 'DAMAGED', `The archive was damaged on its way: ${how}. Try again.`);
}
