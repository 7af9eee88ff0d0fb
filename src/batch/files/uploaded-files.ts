import type { ArtifactStore, StoredArtifact, UploadOptions } from '../../artifacts/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Space } from './space.js';

/** A file is looked at, predicted from, perhaps evaluated too. */
export const FILE_LIFETIME_MS = 7 * 24 * 3_600_000;

/** Files of rows that jobs read: stored apart from artifacts, and only for a while. */
export class UploadedFiles {
  private constructor(
    private readonly store: ArtifactStore,
    private readonly space: Space,
  ) {}

  static async open(store: ArtifactStore, space: Space): Promise<UploadedFiles> {
    for await (const { size } of store.list()) space.found(size);
    return new UploadedFiles(store, space);
  }

  /** @throws DomainError FILE_TOO_LARGE, DIGEST_MISMATCH, INVALID_ARGUMENT, STORAGE_FULL */
  async receive(
    source: AsyncIterable<Uint8Array>,
    options: UploadOptions,
  ): Promise<StoredArtifact & { alreadyStored: boolean }> {
    const { expectedBytes } = options;
    if (expectedBytes !== undefined && expectedBytes > this.space.limit) throw this.tooLarge(expectedBytes);
    if (expectedBytes !== undefined && expectedBytes > this.space.free) throw this.space.full();
    const taken = { bytes: 0 };
    let isKept = false;
    try {
      const stored = await this.store.put(this.counted(source, taken), options);
      // A file that was there already takes nothing more; sent again, it is kept from now on.
      isKept = !stored.alreadyStored;
      return stored;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'ARTIFACT_TOO_LARGE') throw this.tooLarge();
      throw error;
    } finally {
      if (!isKept) this.space.give(taken.bytes);
    }
  }

  /** Where the file lies, for this process alone. @throws DomainError FILE_NOT_FOUND, UNAVAILABLE */
  async path(digest: string, field: readonly string[] = ['artifact']): Promise<string> {
    return this.told(field, digest, () => this.store.unverified(digest));
  }

  /** `path`, or null where there is no such file. @throws DomainError UNAVAILABLE */
  async find(digest: string): Promise<string | null> {
    try {
      return await this.path(digest);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'FILE_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Bytes. @throws DomainError FILE_NOT_FOUND, UNAVAILABLE */
  async size(digest: string, field: readonly string[] = ['artifact']): Promise<number> {
    return this.told(field, digest, async () => (await this.store.stat(digest)).size);
  }

  /** Removes what was sent longer ago than the lifetime, except what jobs are still to read. @returns how many */
  async removeOld(needed: ReadonlySet<string>, now: Date = new Date()): Promise<number> {
    const storedUntil = new Date(now.getTime() - FILE_LIFETIME_MS);
    let removed = 0;
    for await (const { digest, size, storedAt } of this.store.list()) {
      if (storedAt > storedUntil || needed.has(digest)) continue;
      if (!(await this.store.remove(digest, { storedUntil }))) continue;
      this.space.give(size);
      removed += 1;
    }
    return removed;
  }

  private async *counted(
    source: AsyncIterable<Uint8Array>,
    taken: { bytes: number },
  ): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.space.take(chunk.length);
      taken.bytes += chunk.length;
      yield chunk;
    }
  }

  private tooLarge(got?: number): DomainError {
    return new DomainError(
      'FILE_TOO_LARGE',
      `Expected a file of at most ${this.space.limit} bytes, got ${got ?? 'more'}. Pack it by gzip, divide it, or have the limit raised (RETORT_JOB_BYTES).`,
    );
  }

  /** The store's errors are about artifacts; these are about files. */
  private async told<T>(field: readonly string[], digest: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'ARTIFACT_NOT_FOUND') throw error;
      throw new DomainError(
        'FILE_NOT_FOUND',
        `No file ${digest} was uploaded, or it was more than a week ago: stream it to POST /files and pass the digest that answers.`,
        { field, cause: error },
      );
    }
  }
}
