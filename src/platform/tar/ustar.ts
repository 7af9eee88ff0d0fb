/**
 * The few bytes of the tar format (POSIX.1-1988 ustar) that an archive of ours consists of: regular files with short names.
 * Libraries read tar forgivingly, which is right for a tape and wrong here: they follow pax records and links, pass over
 * what lies in padding and after the end, and so cannot tell a whole archive from one that was tampered with.
 */
export const BLOCK = 512;

/** What ends an archive. */
export const END_BLOCKS = 2;

export interface TarEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Why a block is not the header of a plain file; for a message. */
export class TarProblem extends Error {}

const MAX_NAME = 100;
const CHECKSUM = { at: 148, length: 8 };
const SIZE = { at: 124, length: 12 };
const PREFIX = { at: 345, length: 155 };
const SLASH = 0x2f;
/** Eleven octal digits; beyond it the size is binary, as GNU tar writes and everyone reads it. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

const KINDS: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '5': 'a folder',
  '6': 'a pipe',
  x: 'a pax record',
  g: 'a pax record',
  L: 'a GNU record',
  K: 'a GNU record',
};

/**
 * Says nothing of when and where it was written, so that equal contents are equal bytes. The same bytes as GNU tar writes
 * with `--format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644`.
 */
export function encodeHeader({ name, size }: TarEntry): Buffer {
  if (!isPlainName(name)) throw new Error(`"${name}" is no name for an entry`);
  return header({ name: Buffer.from(name, 'latin1'), prefix: Buffer.alloc(0) }, size);
}

/**
 * The same for any path, in UTF-8: one that is too long for the field of the name is divided at a slash, as ustar has it.
 *
 * @returns null for a path that does not fit
 */
export function encodePathHeader({ name, size }: TarEntry): Buffer | null {
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME) return header({ name: bytes, prefix: Buffer.alloc(0) }, size);
  for (let at = bytes.indexOf(SLASH); at !== -1 && at <= PREFIX.length; at = bytes.indexOf(SLASH, at + 1))
    if (bytes.length - at - 1 <= MAX_NAME)
      return header({ name: bytes.subarray(at + 1), prefix: bytes.subarray(0, at) }, size);
  return null;
}

function header(path: { readonly name: Buffer; readonly prefix: Buffer }, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  path.name.copy(block, 0);
  path.prefix.copy(block, PREFIX.at);
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  encodeSize(block, size);
  block.write('00000000000\0', 136, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write('0000000\0' + '0000000\0', 329, 'latin1');
  block.write(checksumText(block), CHECKSUM.at, 'latin1');
  return block;
}

/**
 * Owner, mode and time may be anything; everything else must be as for a plain file.
 *
 * @returns null for the block that begins the end. @throws TarProblem
 */
export function decodeHeader(block: Buffer): TarEntry | null {
  if (isZero(block)) return null;
  // Its own text too: a checksum that only means the same was not written like this.
  if (text(block, CHECKSUM.at, CHECKSUM.length) !== checksumText(block))
    throw new TarProblem('a header whose checksum does not fit');
  const magic = text(block, 257, 8);
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0') throw new TarProblem('a header that is not ustar');
  const name = untilNul(block, 0, MAX_NAME);
  const type = text(block, 156, 1);
  if (type !== '0' && type !== '\0')
    throw new TarProblem(`${KINDS[type] ?? 'something'} named ${JSON.stringify(name)}`);
  if (!isZero(block.subarray(157, 257))) throw new TarProblem(`a link named ${JSON.stringify(name)}`);
  if (!isZero(block.subarray(345)))
    throw new TarProblem(`a file with a long name that ends in ${JSON.stringify(name)}`);
  return { name, size: decodeSize(block) };
}

/** How many zeros follow a file of so many bytes. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** What a file takes in an archive, its header included. */
export function spaceOf(size: number): number {
  return BLOCK + size + paddingOf(size);
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function isPlainName(name: string): boolean {
  const parts = name.split('/');
  return name.length <= MAX_NAME && parts.every((part) => /^[\w-][\w.-]*$/.test(part));
}

/** Six octal digits, a NUL and a space: the sum of all bytes, those of the checksum taken as spaces. */
function checksumText(block: Buffer): string {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index += 1)
    if (index < CHECKSUM.at || index >= CHECKSUM.at + CHECKSUM.length) sum += block[index] ?? 0;
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

function encodeSize(block: Buffer, size: number): void {
  if (size <= MAX_OCTAL_SIZE) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, SIZE.at, 'latin1');
    return;
  }
  block[SIZE.at] = 0x80;
  block.writeBigUInt64BE(BigInt(size), SIZE.at + 4);
}

function decodeSize(block: Buffer): number {
  if (block[SIZE.at] === 0x80) {
    const size = block.readBigUInt64BE(SIZE.at + 4);
    if (isZero(block.subarray(SIZE.at + 1, SIZE.at + 4)) && size <= BigInt(Number.MAX_SAFE_INTEGER))
      return Number(size);
  }
  const digits = /^([0-7]{11})[\0 ]$/.exec(text(block, SIZE.at, SIZE.length))?.[1];
  if (digits === undefined) throw new TarProblem('a header whose size cannot be read');
  return Number.parseInt(digits, 8);
}

function text(block: Buffer, at: number, length: number): string {
  return block.toString('latin1', at, at + length);
}

function untilNul(block: Buffer, at: number, length: number): string {
  const field = text(block, at, length);
  const end = field.indexOf('\0');
  if (end === -1) return field;
  if (!isZero(block.subarray(at + end, at + length)))
    throw new TarProblem('a header whose name does not end');
  return field.slice(0, end);
}
