import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** A repository on disk, as the cache knows it after a start: by the id of its model. */
export interface KeptRepository {
  readonly id: string;
  readonly bytes: number;
  readonly usedAt: number;
}

const REPOSITORY = /^([0-9a-f-]{36})\.git$/;

export function repositoryPath(root: string, id: string): string {
  return join(root, `${id}.git`);
}

export async function keptRepositories(root: string): Promise<KeptRepository[]> {
  const kept: KeptRepository[] = [];
  for (const name of await readdir(root)) {
    const id = REPOSITORY.exec(name)?.[1];
    if (id === undefined) continue;
    const path = repositoryPath(root, id);
    kept.push({ id, bytes: await bytesOf(path), usedAt: (await stat(path)).mtimeMs });
  }
  return kept;
}

/** Of a repository that keeps its objects in packs and its references in one file. */
export async function bytesOf(repository: string): Promise<number> {
  const packs = join(repository, 'objects', 'pack');
  const files = [
    join(repository, 'packed-refs'),
    ...(await readdir(packs).catch((): string[] => [])).map((name) => join(packs, name)),
  ];
  const sizes = await Promise.all(files.map(async (path) => (await stat(path).catch(() => null))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** So that the order of use outlives the server. */
export async function markUsed(repository: string): Promise<void> {
  const now = new Date();
  await utimes(repository, now, now).catch(() => undefined);
}

/** Those used longest ago, until the rest fits. */
export function toEvict<
  T extends { readonly bytes: number; readonly usedAt: number; readonly isBusy: boolean },
>(repositories: Iterable<T>, maxBytes: number): T[] {
  let bytes = 0;
  const evicted: T[] = [];
  for (const repository of [...repositories].sort((a, b) => b.usedAt - a.usedAt)) {
    bytes += repository.bytes;
    if (bytes > maxBytes && !repository.isBusy) evicted.push(repository);
  }
  return evicted;
}
