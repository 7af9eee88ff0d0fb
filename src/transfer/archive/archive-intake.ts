import type { ArtifactStore, StoredArtifact, UploadOptions } from '../../artifacts/index.js';
import { DomainError } from '../../platform/errors.js';
import type { ArtifactSources } from '../../sources/index.js';

/** Exactly one of the two is given. */
export interface ArchiveInput {
  readonly digest?: string | null | undefined;
  readonly url?: string | null | undefined;
}

/** An archive is looked at, imported, perhaps imported again; a day is enough for that. */
export const ARCHIVE_LIFETIME_MS = 24 * 3_600_000;

/** How long an archive may take on its way from an address. */
const MAX_TRANSFER_MS = 15 * 60_000;

/** Archives on their way in: stored apart from artifacts, and only for a while. */
export class ArchiveIntake {
  constructor(
    private readonly archives: ArtifactStore,
    private readonly sources: ArtifactSources,
    private readonly maxBytes: number,
  ) {}

  /** @throws DomainError ARCHIVE_TOO_LARGE, DIGEST_MISMATCH, INVALID_ARGUMENT, STORAGE_FULL */
  async receive(
    source: AsyncIterable<Uint8Array>,
    options: UploadOptions,
  ): Promise<StoredArtifact & { alreadyStored: boolean }> {
    return this.told(() => this.archives.put(source, options));
  }

  /** The archive an import is about. @throws DomainError also ARCHIVE_NOT_FOUND */
  async take({ digest, url }: ArchiveInput, signal: AbortSignal): Promise<StoredArtifact> {
    if (typeof digest === 'string' && typeof url !== 'string')
      return this.told(() => this.archives.stat(digest), ['archive', 'digest']);
    if (typeof url === 'string' && typeof digest !== 'string') return this.download(url, signal);
    throw new DomainError('INVALID_ARGUMENT', 'Expected exactly one of digest and url.', {
      field: ['archive'],
    });
  }

  /** Removes what was sent longer ago than the lifetime. @returns how many. */
  async removeOld(now: Date = new Date()): Promise<number> {
    const storedUntil = new Date(now.getTime() - ARCHIVE_LIFETIME_MS);
    let removed = 0;
    for await (const { digest, storedAt } of this.archives.list())
      if (storedAt <= storedUntil && (await this.archives.remove(digest, { storedUntil }))) removed += 1;
    return removed;
  }

  private async download(url: string, signal: AbortSignal): Promise<StoredArtifact> {
    const field = ['archive', 'url'];
    return this.told(async () => {
      const either = AbortSignal.any([signal, AbortSignal.timeout(MAX_TRANSFER_MS)]);
      const located = await this.sources.locate(url, { field, signal: either });
      try {
        if (located.kind === 'folder')
          throw new DomainError(
            'INVALID_ARGUMENT',
            'Expected the address of an archive, got that of a folder.',
            {
              field,
            },
          );
        const { body, size, close } = await located.file.open();
        try {
          return await this.archives.put(body, {
            signal: either,
            ...(size !== undefined && { expectedBytes: size }),
          });
        } finally {
          close();
        }
      } finally {
        await located.close();
      }
    }, field);
  }

  /** The store's errors are about artifacts; these are about archives. */
  private async told<T>(work: () => Promise<T>, field?: readonly string[]): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const options = { cause: error, ...(field && { field }) };
      if (error.code === 'ARTIFACT_TOO_LARGE')
        throw new DomainError(
          'ARCHIVE_TOO_LARGE',
          `Expected an archive of at most ${this.maxBytes} bytes, got more. Have the server's limit raised (RETORT_MAX_ARCHIVE_BYTES).`,
          options,
        );
      if (error.code === 'ARTIFACT_NOT_FOUND')
        throw new DomainError(
          'ARCHIVE_NOT_FOUND',
          field?.[1] === 'url'
            ? error.message
            : 'No such archive was uploaded, or it was more than a day ago: stream it to POST /archives and pass the digest that answers.',
          options,
        );
      throw field ? new DomainError(error.code, error.message, options) : error;
    }
  }
}
