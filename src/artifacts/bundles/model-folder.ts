import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { arrange } from './arrange.js';
import { memberName, type Member } from './member.js';
import { looksLikeTar } from './stored-bundle.js';
import { tarMembers } from './tar-members.js';
import { zipMembers } from './zip-members.js';

/**
 * Writes the files of a model's folder, which came as a tar or zip, into a folder of this machine: regular files alone, below
 * it, and no more bytes than are allowed.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export async function unpackModelFolder(
  path: string,
  folder: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<void> {
  await withMembers(path, maxBytes, async (members) => {
    for (const { name, read } of arrange(members)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      const target = createWriteStream(join(folder, name), { flags: 'wx' });
      await pipeline(Readable.from(read()), target, { signal });
    }
  });
}

/** The paths in a tar or zip; null for anything else. @throws DomainError INVALID_ARGUMENT for one that is not safe to unpack */
export async function namesInArchive(path: string, maxBytes: number): Promise<string[] | null> {
  if (!(await looksLikeTar(path)) && !(await looksLikeZip(path))) return null;
  return withMembers(path, maxBytes, async (members) =>
    members.flatMap(({ name }) => memberName(name) ?? []),
  );
}

async function withMembers<T>(
  path: string,
  maxBytes: number,
  work: (members: Member[]) => Promise<T>,
): Promise<T> {
  if (await looksLikeTar(path)) return work(await tarMembers(path));
  const { members, close } = await zipMembers(path, maxBytes);
  try {
    return await work(members);
  } finally {
    close();
  }
}

async function looksLikeZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    return head.equals(Buffer.from('PK\x03\x04', 'latin1'));
  } finally {
    await file.close();
  }
}
