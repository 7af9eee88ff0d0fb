import { crc32 } from 'node:zlib';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { badBundle, decodeName, MAX_MEMBERS, type Member } from './member.js';

const openZip = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/** Compressed: the only way that every program reads. */
const DEFLATE = 8;
const STORED = 0;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/**
 * The files of a zip. What they unpack to is bounded before anything is unpacked, and what comes out is held to what the
 * directory says: its length, and its checksum.
 *
 * @returns `close` is to be called when the last one has been read
 * @throws DomainError INVALID_ARGUMENT
 */
export async function zipMembers(
  path: string,
  maxBytes: number,
): Promise<{ members: Member[]; close: () => void }> {
  const zip = await openZip(path, {
    lazyEntries: true,
    autoClose: false,
    decodeStrings: false,
    validateEntrySizes: true,
  }).catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    const members: Member[] = [];
    let total = 0;
    for await (const entry of entries(zip)) {
      if (members.length >= MAX_MEMBERS) throw badBundle(`more than ${MAX_MEMBERS} files`);
      const member = memberOf(zip, entry);
      if (member === null) continue;
      total += member.size;
      if (total > maxBytes) throw badBundle(`more than ${maxBytes} bytes once it is unpacked`);
      members.push(member);
    }
    if (members.length === 0) throw badBundle('a zip without files');
    return { members, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function* entries(zip: ZipFile): AsyncGenerator<Entry> {
  let settle: { resolve: (entry: Entry | null) => void; reject: (error: unknown) => void } | undefined;
  zip.on('entry', (entry: Entry) => settle?.resolve(entry));
  zip.on('end', () => settle?.resolve(null));
  zip.on('error', (error: unknown) => settle?.reject(unreadable(error)));
  for (;;) {
    const next = new Promise<Entry | null>((resolve, reject) => (settle = { resolve, reject }));
    zip.readEntry();
    const entry = await next;
    if (entry === null) return;
    yield entry;
  }
}

function memberOf(zip: ZipFile, entry: Entry): Member | null {
  const name = decodeName(entry.fileName as unknown as Buffer);
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
  if (name.endsWith('/') || type === FOLDER) return null;
  const shown = JSON.stringify(name.slice(0, 200));
  if (type !== 0 && type !== REGULAR) throw badBundle(`a link or device named ${shown}`);
  if (entry.isEncrypted()) throw badBundle(`the encrypted file ${shown}`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATE)
    throw badBundle(`${shown}, compressed in another way than deflate`);
  return { name, size: entry.uncompressedSize, read: () => content(zip, entry, shown) };
}

async function* content(zip: ZipFile, entry: Entry, shown: string): AsyncGenerator<Buffer> {
  let checksum = 0;
  try {
    const stream = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (checksum !== entry.crc32) throw badBundle(`${shown}, whose bytes do not fit their checksum`);
}

function unreadable(error: unknown): Error {
  const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
  return badBundle(`a zip that cannot be read (${reason})`, error);
}
