import type { ArtifactStore } from '../../artifacts/index.js';
import {
  archiveSize,
  blobName,
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  MAX_SUMS_BYTES,
  SUMS_NAME,
  sumsOf,
  type Blob,
} from './archive-layout.js';
import { invalidArchive } from './archive-errors.js';
import type { Manifest } from './manifest.js';
import { readManifest } from './read-manifest.js';
import {
  BLOCK,
  decodeHeader,
  isZero,
  paddingOf,
  TarProblem,
  type TarEntry,
} from '../../platform/tar/ustar.js';

/** GNU tar fills its last record of 20 blocks with zeros. */
const MAX_TRAILING_BYTES = 20 * BLOCK;

/** Where archives lie. */
export type Archives = Pick<ArtifactStore, 'read'>;

/** A file inside the archive: where its bytes are. */
export interface ArchivedBlob extends Blob {
  /** @throws whatever reading the archive's own file throws */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/**
 * An archive as it lies in a store, read strictly: exactly the files that its manifest names, in their order, and nothing
 * but zeros between and behind them. So every byte of it is covered, by a checksum or by having only one value.
 */
export class ArchiveReader {
  private constructor(
    private readonly file: ArchiveFile,
    readonly manifest: Manifest,
    private readonly firstBlob: number,
  ) {}

  /** Reads all but the blobs. @throws DomainError ARCHIVE_INVALID, ARCHIVE_UNSUPPORTED */
  static async open(archives: Archives, { digest, size }: Blob): Promise<ArchiveReader> {
    const file = new ArchiveFile(archives, digest, size);
    const sums = await file.small(0, SUMS_NAME, MAX_SUMS_BYTES);
    const bytes = await file.small(sums.end, MANIFEST_NAME, MAX_MANIFEST_BYTES);
    const manifest = readManifest(bytes.content);
    if (!sums.content.equals(sumsOf(bytes.content, manifest.blobs)))
      throw invalidArchive(
        `its ${SUMS_NAME} does not fit its ${MANIFEST_NAME}: one of them was changed or damaged`,
      );
    const expected = archiveSize(sums.content, bytes.content, manifest.blobs);
    if (size < expected) throw invalidArchive(`it was cut short: expected ${expected} bytes, got ${size}`);
    return new ArchiveReader(file, manifest, bytes.end);
  }

  /** The blobs in their order; when the last has been taken, the archive's own form has been checked to its end. */
  async *blobs(): AsyncGenerator<ArchivedBlob> {
    let at = this.firstBlob;
    const seen = new Set<string>();
    for (const { digest, size } of this.manifest.blobs) {
      const entry = await this.file.entry(at);
      if (entry?.name !== blobName(digest)) throw this.misplaced(entry, blobName(digest), seen);
      if (entry.size !== size)
        throw invalidArchive(`expected ${size} bytes of ${entry.name}, got ${entry.size}`);
      seen.add(entry.name);
      const start = at + BLOCK;
      yield { digest, size, read: () => this.file.read(start, size) };
      await this.file.checkZeros(start + size, paddingOf(size), `what follows ${entry.name}`);
      at = start + size + paddingOf(size);
    }
    const entry = await this.file.entry(at);
    if (entry) throw this.misplaced(entry, 'the end', seen);
    const rest = this.file.size - at;
    if (rest < 2 * BLOCK || rest > 2 * BLOCK + MAX_TRAILING_BYTES || rest % BLOCK !== 0)
      throw invalidArchive(`expected it to end with two empty blocks, got ${rest} bytes`);
    await this.file.checkZeros(at, rest, 'its end');
  }

  private misplaced(entry: TarEntry | null, expected: string, seen: ReadonlySet<string>): Error {
    if (!entry) return invalidArchive(`it ends where ${expected} should be`);
    const name = JSON.stringify(entry.name.slice(0, 200));
    if (seen.has(entry.name)) return invalidArchive(`it holds ${name} twice`);
    const isKnown = this.manifest.blobs.some(({ digest }) => blobName(digest) === entry.name);
    return invalidArchive(
      isKnown ? `expected ${expected}, got ${name}` : `it holds ${name}, which its manifest does not name`,
    );
  }
}

/** The archive's bytes, by place. */
class ArchiveFile {
  constructor(
    private readonly archives: Archives,
    private readonly digest: string,
    readonly size: number,
  ) {}

  read(start: number, length: number): AsyncIterable<Uint8Array> {
    return this.archives.read(this.digest, { start, end: start + length - 1 });
  }

  /** The header at a place; null where the end begins. */
  async entry(at: number): Promise<TarEntry | null> {
    const block = await this.take(at, BLOCK);
    try {
      return decodeHeader(block);
    } catch (error) {
      if (error instanceof TarProblem) throw invalidArchive(`it holds ${error.message}`, error);
      throw error;
    }
  }

  /** A file that is read whole: only after its header says how long it is. */
  async small(at: number, name: string, maxBytes: number): Promise<{ content: Buffer; end: number }> {
    const entry = await this.entry(at);
    if (entry?.name !== name)
      throw invalidArchive(
        `expected ${name}, got ${entry ? JSON.stringify(entry.name.slice(0, 200)) : 'the end'}; is it an archive that exportModel made?`,
      );
    if (entry.size > maxBytes)
      throw invalidArchive(`expected a ${name} of at most ${maxBytes} bytes, got ${entry.size}`);
    const start = at + BLOCK;
    const content = await this.take(start, entry.size);
    await this.checkZeros(start + entry.size, paddingOf(entry.size), `what follows ${name}`);
    return { content, end: start + entry.size + paddingOf(entry.size) };
  }

  async checkZeros(at: number, length: number, what: string): Promise<void> {
    if (length > 0 && !isZero(await this.take(at, length)))
      throw invalidArchive(`expected ${what} to be empty, got something there`);
  }

  private async take(at: number, length: number): Promise<Buffer> {
    if (at + length > this.size)
      throw invalidArchive(`it was cut short: expected at least ${at + length} bytes, got ${this.size}`);
    if (length === 0) return Buffer.alloc(0);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.read(at, length)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}
