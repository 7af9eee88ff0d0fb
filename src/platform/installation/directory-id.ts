import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'installation.id';
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id in a data directory; null where there is none that can be read. */
export async function readDirectoryId(directory: string): Promise<string | null> {
  try {
    const text = (await readFile(join(directory, FILE), 'utf8')).trim();
    return ID.test(text) ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole and on the disk, or as it was before. */
export async function writeDirectoryId(directory: string, id: string): Promise<void> {
  const path = join(directory, FILE);
  const draft = `${path}.new`;
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(`${id}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
