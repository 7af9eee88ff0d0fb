import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

export interface Reference {
  readonly id: string;
  /** Of an annotated tag, the commit it names. */
  readonly peeled?: string;
}

/** By their full names, such as `refs/tags/v1.0.0`. */
export type References = ReadonlyMap<string, Reference>;

const HEADER = '# pack-refs with: peeled fully-peeled sorted \n';
const LINE = /^(?:([0-9a-f]{40}) (refs\/\S+)|\^([0-9a-f]{40}))$/;

/**
 * Every reference of a repository is in its `packed-refs` (git-pack-refs(1)), and none in a file of its own: so all of
 * them change with one rename, a reader has the old ones or the new ones, and no lock is left by a server that died.
 *
 * @throws when the file is not one
 */
export async function readReferences(directory: string): Promise<References> {
  const text = await readFile(join(directory, FILE), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return HEADER;
    throw error;
  });
  const references = new Map<string, Reference>();
  let last: string | undefined;
  for (const line of text.split('\n').slice(1, -1)) {
    const [, id, name, peeled] = LINE.exec(line) ?? [];
    if (id !== undefined && name !== undefined) references.set((last = name), { id });
    else if (peeled !== undefined && last !== undefined)
      references.set(last, { id: references.get(last)?.id ?? '', peeled });
    else throw new Error(`Expected a line of packed-refs, got ${JSON.stringify(line.slice(0, 100))}.`);
  }
  return references;
}

export async function writeReferences(directory: string, references: References): Promise<void> {
  const lines = [...references]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { id, peeled }]) => `${id} ${name}\n${peeled === undefined ? '' : `^${peeled}\n`}`);
  await replaceFile(join(directory, FILE), HEADER + lines.join(''));
}

export async function readHead(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'HEAD'), 'utf8').catch(() => '');
  return /^ref: (refs\/\S+)\n$/.exec(text)?.[1];
}

export async function writeHead(directory: string, reference: string): Promise<void> {
  await replaceFile(join(directory, 'HEAD'), `ref: ${reference}\n`);
}

const FILE = 'packed-refs';

/** Wholly and durably, or not at all. One writer at a time. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
