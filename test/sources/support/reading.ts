import type { Located, LocatedFile } from '../../../src/sources/index.js';

export async function bytesOf(file: LocatedFile): Promise<Buffer> {
  const { body, close } = await file.open();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    close();
  }
}

/** The one file that an address has to name. */
export function fileOf(located: Located): Extract<Located, { kind: 'file' }> {
  if (located.kind === 'file') return located;
  throw new Error('Expected a file, got a folder.');
}

/** The files of a folder that an address has to name, by their paths. */
export async function filesOf(located: Located): Promise<Record<string, string>> {
  if (located.kind !== 'folder') throw new Error('Expected a folder, got a file.');
  const files = [...located.files].sort((one, other) => (one.name < other.name ? -1 : 1));
  const found: Record<string, string> = {};
  for (const file of files) found[file.name] = (await bytesOf(file)).toString();
  return found;
}
