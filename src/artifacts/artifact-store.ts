import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DomainError } from '../platform/errors.js';
import { digestHex } from './digest.js';
import { CHUNK_BYTES, fileChunks, type FileRange } from './file-chunks.js';
import { fileDigest } from './file-digest.js';
import type { StagedArtifact } from './staged-artifact.js';
import { damagedOnDisk, storageError, systemCode } from './storage-error.js';
import { Turns } from './turns.js';
import { writeUpload, type UploadOptions } from './upload.js';

export interface StoredArtifact {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Content-addressed files: `<directory>/sha256/ab/abcdef…`, named by the SHA-256 of their bytes, written once and
 * never changed. A file appears under its name complete and durable, or not at all. One process per directory.
 */
export class ArtifactStore {
  /** So that a file is not removed at the moment it is sent again. */
  readonly #turns = new Turns();

  private constructor(
    private readonly directory: string,
    private readonly maxBytes: number,
  ) {}

  /** Creates the folders and removes what uploads that died with an earlier process left behind. */
  static async open(options: { directory: string; maxBytes: number }): Promise<ArtifactStore> {
    const store = new ArtifactStore(options.directory, options.maxBytes);
    await rm(store.#temporary(), { recursive: true, force: true });
    await mkdir(store.#temporary(), { recursive: true });
    await mkdir(join(options.directory, 'sha256'), { recursive: true });
    return store;
  }

  /**
   * Stores a stream of bytes. Bytes already stored are kept once, however many uploads of them run at a time.
   * @throws DomainError ARTIFACT_TOO_LARGE, INVALID_ARGUMENT (cut short, empty), DIGEST_MISMATCH, STORAGE_FULL;
   *   whatever the source or the signal throws passes through. Nothing is left behind after any of them.
   */
  async put(
    source: AsyncIterable<Uint8Array>,
    options: UploadOptions = {},
  ): Promise<StoredArtifact & { alreadyStored: boolean }> {
    const staged = await this.stage(source, options);
    try {
      const { digest, size } = staged;
      return { digest, size, ...(await staged.keep()) };
    } finally {
      await staged.discard();
    }
  }

  /** As `put`, but the bytes stay aside until they are kept: for many files that shall all be stored or none. */
  async stage(source: AsyncIterable<Uint8Array>, options: UploadOptions = {}): Promise<StagedArtifact> {
    if (options.expectedDigest !== undefined) digestHex(options.expectedDigest);
    const path = join(this.#temporary(), randomUUID());
    const discard = () => rm(path, { force: true });
    try {
      const { hex, size } = await writeUpload(source, path, this.maxBytes, options);
      const digest = `sha256:${hex}`;
      const keep = async () => {
        const alreadyStored = (await this.#statOrNull(digest)) !== null;
        // Renamed over an equal file too: two uploads of the same bytes then need no lock, and a file that was damaged
        // on disk is mended by sending it again. Whoever has the old one open keeps reading it.
        await this.#turns.take(digest, () => nameFile(path, this.#path(digest)));
        return { alreadyStored };
      };
      return { digest, size, path, keep, discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  async holds(digest: string): Promise<boolean> {
    return (await this.#statOrNull(digest)) !== null;
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND */
  async stat(digest: string): Promise<StoredArtifact> {
    try {
      const { size } = await stat(this.#path(digest));
      return { digest, size };
    } catch (error) {
      throw readError(error, digest);
    }
  }

  /** A stream of the bytes, or of those from `start` to `end` inclusive. It ends with ARTIFACT_NOT_FOUND when there are none. */
  read(digest: string, range: FileRange = {}): Readable {
    return Readable.from(chunksOf(digest, this.#path(digest), range), {
      objectMode: false,
      highWaterMark: CHUNK_BYTES,
    });
  }

  /**
   * Hashes the stored bytes again and returns the file's path for the runtime to load. The path is for this
   * process alone and never part of an answer.
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
   */
  async verified(digest: string, signal?: AbortSignal): Promise<string> {
    const path = this.#path(digest);
    const actual = await fileDigest(path, signal).catch((error: unknown) => {
      throw readError(error, digest);
    });
    if (actual !== digest) throw damagedOnDisk(digest, actual);
    return path;
  }

  /** As `verified` for whoever hashes the bytes elsewhere than in this process. @throws DomainError ARTIFACT_NOT_FOUND */
  async unverified(digest: string): Promise<string> {
    await this.stat(digest);
    return this.#path(digest);
  }

  /** Everything stored, in no particular order. What is stored or removed meanwhile may be missing or not. */
  async *list(): AsyncGenerator<StoredArtifact & { storedAt: Date }> {
    const root = join(this.directory, 'sha256');
    // Nothing of another name is ours to tell of, let alone to remove.
    for (const folder of await namesIn(root, /^[0-9a-f]{2}$/)) {
      for (const hex of await namesIn(join(root, folder), /^[0-9a-f]{64}$/)) {
        const found = await this.#statOrNull(`sha256:${hex}`);
        if (found) yield found;
      }
    }
  }

  /**
   * Removes the bytes unless they were stored (again) after an instant.
   *
   * @returns false when there was nothing to remove. @throws DomainError UNAVAILABLE
   */
  async remove(digest: string, options: { storedUntil: Date }): Promise<boolean> {
    return this.#turns.take(digest, async () => {
      const found = await this.#statOrNull(digest);
      if (!found || found.storedAt > options.storedUntil) return false;
      try {
        await rm(this.#path(digest));
      } catch (error) {
        throw storageError(error);
      }
      return true;
    });
  }

  async #statOrNull(digest: string): Promise<(StoredArtifact & { storedAt: Date }) | null> {
    const path = this.#path(digest);
    try {
      const { size, mtimeMs } = await stat(path);
      // Rounded down: what was stored before now is never told to be of the future.
      return { digest, size, storedAt: new Date(Math.floor(mtimeMs)) };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw storageError(error);
    }
  }

  #path(digest: string): string {
    const hex = digestHex(digest);
    return join(this.directory, 'sha256', hex.slice(0, 2), hex);
  }

  #temporary(): string {
    return join(this.directory, 'tmp');
  }
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name));
  } catch (error) {
    throw storageError(error);
  }
}

async function nameFile(temporary: string, path: string): Promise<void> {
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
    // The file's own error names the path.
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
