import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../platform/errors.js';
import { looksLikeTar } from './bundles/stored-bundle.js';
import type { FileIdentity } from './damage-record.js';
import { digestHex } from './digest.js';
import { fileChunks, type FileRange } from './file-chunks.js';
import { fileDigest } from './file-digest.js';
import { systemCode } from '../platform/system-errors.js';
import { storageError } from './storage-error.js';

export interface StoredArtifact {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Where the bytes of each digest lie: `<directory>/sha256/ab/abcdef…`. Errors name the digest and never the path. */
export class ArtifactFiles {
  /** For what has no name yet; emptied at the start. */
  readonly temporary: string;
  readonly #root: string;

  constructor(directory: string) {
    this.temporary = join(directory, 'tmp');
    this.#root = join(directory, 'sha256');
  }

  /** Creates the folders and removes what uploads that died with an earlier process left behind. */
  async prepare(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true });
    await mkdir(this.temporary, { recursive: true });
    await mkdir(this.#root, { recursive: true });
  }

  path(digest: string): string {
    const hex = digestHex(digest);
    return join(this.#root, hex.slice(0, 2), hex);
  }

  /** Null when nothing is stored. @throws DomainError UNAVAILABLE */
  async find(digest: string): Promise<(StoredArtifact & { storedAt: Date }) | null> {
    const path = this.path(digest);
    try {
      const { size, mtimeMs } = await stat(path);
      // Rounded down: what was stored before now is never told to be of the future.
      return { digest, size, storedAt: new Date(Math.floor(mtimeMs)) };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw storageError(error);
    }
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND, UNAVAILABLE */
  identity(digest: string): Promise<FileIdentity> {
    return readingOf(digest, async () => {
      const { ino, size, mtimeMs } = await stat(this.path(digest));
      return { ino, size, mtimeMs };
    });
  }

  /** The digest of the bytes that lie there. @throws DomainError ARTIFACT_NOT_FOUND, UNAVAILABLE; the signal's reason */
  actualDigest(digest: string, signal?: AbortSignal): Promise<string> {
    return readingOf(digest, () => fileDigest(this.path(digest), signal));
  }

  /** The same, by the caller's own way to hash the file at a path. */
  hashedBy(digest: string, hash: (path: string) => Promise<string>): Promise<string> {
    return readingOf(digest, () => hash(this.path(digest)));
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND, UNAVAILABLE */
  isTar(digest: string): Promise<boolean> {
    return readingOf(digest, () => looksLikeTar(this.path(digest)));
  }

  /** The bytes, or those of a range. @throws DomainError ARTIFACT_NOT_FOUND, UNAVAILABLE */
  chunks(digest: string, range: FileRange): AsyncGenerator<Buffer> {
    return chunksOf(digest, this.path(digest), range);
  }

  /** Gives a temporary file its name, durably. @throws DomainError STORAGE_FULL, UNAVAILABLE */
  async name(temporary: string, digest: string): Promise<void> {
    const path = this.path(digest);
    const folder = dirname(path);
    try {
      await mkdir(folder, { recursive: true });
      await rename(temporary, path);
      // The name is durable only when the folder that holds it is, and that folder's own name in its parent.
      await syncFolder(folder);
      await syncFolder(dirname(folder));
    } catch (error) {
      throw storageError(error);
    }
  }

  /** @throws DomainError UNAVAILABLE */
  async remove(digest: string): Promise<void> {
    try {
      await rm(this.path(digest));
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Everything stored, in no particular order. What is stored or removed meanwhile may be missing or not. */
  async *list(): AsyncGenerator<StoredArtifact & { storedAt: Date }> {
    // Files of other names are not the store's to list, let alone to remove.
    for (const folder of await namesIn(this.#root, /^[0-9a-f]{2}$/)) {
      for (const hex of await namesIn(join(this.#root, folder), /^[0-9a-f]{64}$/)) {
        const found = await this.find(`sha256:${hex}`);
        if (found) yield found;
      }
    }
  }
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name));
  } catch (error) {
    throw storageError(error);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch((error: unknown) => {
    // Windows opens no folder; its file system journals the rename itself.
    if (systemCode(error) === 'EISDIR' || systemCode(error) === 'EPERM') return undefined;
    throw error;
  });
  if (folder === undefined) return;
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* chunksOf(digest: string, path: string, range: FileRange): AsyncGenerator<Buffer> {
  try {
    yield* fileChunks(path, range);
  } catch (error) {
    throw readError(error, digest);
  }
}

async function readingOf<T>(digest: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw readError(error, digest);
  }
}

/** A system error as the caller may see it; what is none (an abort) is the caller's own. */
function readError(error: unknown, digest: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code !== 'ENOENT') return storageError(error);
  return new DomainError('ARTIFACT_NOT_FOUND', `No artifact ${digest} is stored: upload the file first`, {
    field: ['digest'],
    cause: error,
  });
}
