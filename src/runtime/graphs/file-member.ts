import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Member } from '../../artifacts/index.js';

/** A file of a folder, as a member of the bundle that the folder is. */
export async function fileMember(folder: string, name: string): Promise<Member> {
  const path = join(folder, name);
  const { size } = await stat(path);
  return {
    name,
    size,
    read: () => createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>,
  };
}
