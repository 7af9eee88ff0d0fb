import { open, type FileHandle } from 'node:fs/promises';
import { BLOCK, isZero, paddingOf } from '../../platform/tar/ustar.js';
import { fileChunks } from '../file-chunks.js';
import { badBundle, decodeName, MAX_MEMBERS, type Member } from './member.js';

/** Of a pax or GNU record, which holds a name. */
const MAX_RECORD = 1024 * 1024;

const REFUSED: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  S: 'a sparse file',
};

/**
 * The files of a tar as people make them: with GNU tar, bsdtar or Python, whose records for long names are read and whose
 * folders are passed over. Links, devices and sparse files are refused.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export async function tarMembers(path: string): Promise<Member[]> {
  const file = await open(path, 'r');
  try {
    return await new TarReader(file, path, (await file.stat()).size).read();
  } finally {
    await file.close();
  }
}

class TarReader {
  readonly #members: Member[] = [];
  /** What records before a header say of it. */
  #name: string | undefined;
  #size: number | undefined;

  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    private readonly length: number,
  ) {}

  async read(): Promise<Member[]> {
    for (let at = 0; at < this.length;) {
      const block = await this.#bytes(at, BLOCK);
      if (isZero(block)) break;
      const start = at + BLOCK;
      const size = await this.#entry(block, start);
      at = start + size + paddingOf(size);
    }
    if (this.#members.length === 0) throw badBundle('a tar without files');
    return this.#members;
  }

  /** @returns how long the entry's content is */
  async #entry(block: Buffer, start: number): Promise<number> {
    checkSum(block);
    const type = block.toString('latin1', 156, 157);
    const own = sizeOf(block);
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (own > MAX_RECORD) throw badBundle(`a record of ${own} bytes before a file`);
      const record = await this.#bytes(start, own);
      if (type === 'x') this.#pax(record);
      else if (type === 'g') checkGlobal(record);
      else if (type === 'L') this.#name = decodeName(untilNul(record));
      return own;
    }
    const name = this.#name ?? headerName(block);
    const size = this.#size ?? own;
    this.#name = this.#size = undefined;
    const refused = REFUSED[type];
    if (refused !== undefined) throw badBundle(`${refused} named ${JSON.stringify(name.slice(0, 200))}`);
    if (type === '5') return size;
    if (type !== '0' && type !== '\0' && type !== '7')
      throw badBundle(`an entry of type ${JSON.stringify(type)} named ${JSON.stringify(name.slice(0, 200))}`);
    if (start + size > this.length) throw badBundle('a tar that was cut short');
    // The oldest tars have folders as empty files whose names end so.
    if (name.endsWith('/')) return size;
    if (this.#members.length >= MAX_MEMBERS) throw badBundle(`more than ${MAX_MEMBERS} files`);
    const { path } = this;
    this.#members.push({ name, size, read: () => fileChunks(path, { start, end: start + size - 1 }) });
    return size;
  }

  #pax(record: Buffer): void {
    for (const [key, value] of paxRecords(record)) {
      if (key.startsWith('GNU.sparse.')) throw badBundle('a sparse file');
      if (key === 'path') this.#name = decodeName(value);
      if (key === 'size') this.#size = decimal(value.toString('latin1'));
    }
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.file.read(bytes, 0, length, at);
    if (bytesRead < length) throw badBundle('a tar that was cut short');
    return bytes;
  }
}

/** `25 ctime=1084839148.1212\n`: the length of the whole, a key, a value (POSIX.1-2001, pax). */
function* paxRecords(record: Buffer): Generator<[string, Buffer]> {
  for (let at = 0; at < record.length;) {
    const space = record.indexOf(' ', at);
    const length = decimal(record.toString('latin1', at, space === -1 ? at : space));
    const end = at + length;
    const equals = record.indexOf('=', at);
    if (equals === -1 || end > record.length || equals >= end || record[end - 1] !== 0x0a)
      throw badBundle('a pax record that cannot be read');
    yield [record.toString('utf8', space + 1, equals), record.subarray(equals + 1, end - 1)];
    at = end;
  }
}

/** One name or size for all files is nothing that packers write. */
function checkGlobal(record: Buffer): void {
  for (const [key] of paxRecords(record))
    if (key === 'path' || key === 'size') throw badBundle(`one ${key} for all its files`);
}

function checkSum(block: Buffer): void {
  let sum = 8 * 0x20;
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte;
  const said = Number.parseInt(block.toString('latin1', 148, 156).replace(/\0/g, ' ').trim(), 8);
  if (said !== sum) throw badBundle('something that is no tar (a gzipped one is sent unpacked)');
}

function sizeOf(block: Buffer): number {
  const field = block.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = field.toString('latin1').replace(/\0/g, ' ').trim();
    if (/^[0-7]{1,12}$/.test(digits)) return Number.parseInt(digits, 8);
  } else if (field[0] === 0x80) {
    const size = BigInt(`0x${field.subarray(1).toString('hex')}`);
    if (size <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(size);
  }
  throw badBundle('a file whose size cannot be read');
}

function headerName(block: Buffer): string {
  const name = decodeName(untilNul(block.subarray(0, 100)));
  const prefix =
    block.toString('latin1', 257, 263) === 'ustar\0' ? untilNul(block.subarray(345, 500)) : Buffer.alloc(0);
  return prefix.length === 0 ? name : `${decodeName(prefix)}/${name}`;
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function decimal(digits: string): number {
  const value = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(value)) throw badBundle('a pax record that cannot be read');
  return value;
}
