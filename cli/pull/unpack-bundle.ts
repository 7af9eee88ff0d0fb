import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';

const BLOCK = 512;

/**
 * Writes the files of a bundle, as the server stores it, into a folder: a tar of regular files with plain paths.
 *
 * @returns their paths in the folder
 * @throws Failure DAMAGED for anything else
 */
export async function unpackBundle(path: string, folder: string, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  const file = await open(path);
  try {
    let at = 0;
    for (;;) {
      const member = await memberAt(file, at);
      if (member === null) return names;
      const { name, size } = member;
      const start = at + BLOCK;
      const target = join(folder, name);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(
        size === 0 ? [] : createReadStream(path, { start, end: start + size - 1 }),
        createWriteStream(target, { flags: 'wx' }),
        { signal },
      );
      names.push(name);
      at = start + Math.ceil(size / BLOCK) * BLOCK;
    }
  } finally {
    await file.close();
  }
}

/** Null at the end of the archive. */
async function memberAt(file: FileHandle, at: number): Promise<{ name: string; size: number } | null> {
  const header = Buffer.alloc(BLOCK);
  const { bytesRead } = await file.read(header, 0, BLOCK, at);
  if (bytesRead < BLOCK) throw damaged('it ends too early');
  if (header.every((byte) => byte === 0)) return null;
  const text = (from: number, length: number) =>
    header
      .subarray(from, from + length)
      .toString('utf8')
      .replace(/\0[^]*$/, '');
  const [prefix, own] = [text(345, 155), text(0, 100)];
  const name = prefix === '' ? own : `${prefix}/${own}`;
  const isPlain = !name.includes('\\') && !/^[A-Za-z]:/.test(name);
  if (!isPlain || name.split('/').some((part) => ['', '.', '..'].includes(part)))
    throw damaged(`a file in it has the path ${JSON.stringify(name.slice(0, 200))}`);
  if (!['0', ''].includes(text(156, 1))) throw damaged(`${JSON.stringify(name)} in it is no regular file`);
  // Octal, or a number of 64 bits where that has no room.
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : parseInt(text(124, 12), 8);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged('a header in it cannot be read');
  return { name, size };
}

function damaged(problem: string): Failure {
  return new Failure(
    EXIT.UNAVAILABLE,
    'DAMAGED',
    `The model cannot be unpacked: ${problem}. Nothing is kept.`,
  );
}
