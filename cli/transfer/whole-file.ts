import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, join, basename } from 'node:path';
import { codeOf, Failure, fileFailure, wrongUsage } from '../failure.js';

/**
 * Writes a file that has its name only once it is whole and on the disk.
 * @throws Failure when there is a file of this name already and it is not to be replaced
 */
export async function writeWhole(
  path: string,
  content: AsyncIterable<Uint8Array>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    const file = await open(part, 'wx');
    try {
      for await (const chunk of content) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(part, path);
    // Fails where a file of this name came into being meanwhile; `rename` would replace it.
    else await link(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(path);
    // An error of the operating system is about the disk; all others came with the content.
    const ofDisk = error instanceof Error && 'syscall' in error && !(error instanceof Failure);
    throw ofDisk ? fileFailure('write', path, error) : error;
  } finally {
    await rm(part, { force: true });
  }
}

export function taken(path: string): Failure {
  return wrongUsage(
    `There is a file ${path} already. Choose another with --output, or replace it with --force.`,
  );
}
