import { open, type FileHandle } from 'node:fs/promises';
import { BLOCK, END_BLOCKS, isZero, paddingOf } from '../../platform/tar/ustar.js';
import { DomainError } from '../../platform/errors.js';
import { arrange, bundleSize, headerOf } from './arrange.js';
import type { Member } from './member.js';
import { tarMembers } from './tar-members.js';

/**
 * The members of a file that is a bundle as `arrange` and `bundleBytes` make it, to the byte.
 *
 * @returns null for anything that is no tar, a model first of all
 * @throws DomainError INVALID_MODEL for a tar of another form: its digest would be one of many for the same content
 */
export async function storedBundle(path: string): Promise<Member[] | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size < BLOCK || !(await isTar(file))) return null;
    const members = await tarMembers(path).then(arrange);
    if (bundleSize(members) === size && (await isCanonical(file, members))) return members;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INVALID_ARGUMENT')
      throw new DomainError('INVALID_MODEL', error.message, { field: ['artifact'], cause: error });
    throw error;
  } finally {
    await file.close();
  }
  throw new DomainError(
    'INVALID_MODEL',
    'The file is a tar, but not a bundle as Retort stores it: send it to POST /artifacts with Content-Type application/x-tar, which stores one, and publish the digest that answers',
    { field: ['artifact'] },
  );
}

/** Whether a file may be a bundle; only its beginning is read. */
export async function looksLikeTar(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    return await isTar(file);
  } finally {
    await file.close();
  }
}

async function isTar(file: FileHandle): Promise<boolean> {
  const block = await bytes(file, 0, BLOCK);
  return block.length === BLOCK && block.toString('latin1', 257, 262) === 'ustar';
}

/** Header by header, padding by padding: the content is what it is. */
async function isCanonical(file: FileHandle, members: readonly Member[]): Promise<boolean> {
  let at = 0;
  for (const member of members) {
    if (!(await bytes(file, at, BLOCK)).equals(headerOf(member))) return false;
    at += BLOCK + member.size;
    if (!isZero(await bytes(file, at, paddingOf(member.size)))) return false;
    at += paddingOf(member.size);
  }
  return isZero(await bytes(file, at, END_BLOCKS * BLOCK));
}

async function bytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}
