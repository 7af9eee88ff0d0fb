import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestApp } from '../../support/test-app.js';

type WithData = Pick<TestApp, 'config'>;

/** Where an artifact's bytes lie on the server's disk. */
export function artifactPath({ config }: WithData, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return join(config.dataDirectory, 'artifacts', 'sha256', hex.slice(0, 2), hex);
}

/** Uploads that are not finished: name and bytes so far. Empty unless one is under way. */
export async function unfinishedUploads({ config }: WithData): Promise<{ name: string; size: number }[]> {
  const folder = join(config.dataDirectory, 'artifacts', 'tmp');
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })));
}

/** The digests of everything stored. */
export async function storedArtifacts({ config }: WithData): Promise<string[]> {
  const folder = join(config.dataDirectory, 'artifacts', 'sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => `sha256:${name}`);
}
