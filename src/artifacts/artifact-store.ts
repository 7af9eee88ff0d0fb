import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { DomainError } from '../platform/errors.js';
import { ArtifactFiles, type StoredArtifact } from './artifact-files.js';
import { checkedChunks } from './checked-chunks.js';
import { DamageRecord, type Damage, type FileIdentity } from './damage-record.js';
import { digestHex } from './digest.js';
import { CHUNK_BYTES, type FileRange } from './file-chunks.js';
import type { StagedArtifact } from './staged-artifact.js';
import { damagedOnDisk } from './storage-error.js';
import { TurnsByKey } from '../platform/turns.js';
import { writeUpload, type UploadOptions } from './upload.js';

/** Hears what is found out about stored bytes. */
export interface StoreObserver {
  /** Once for each damaged file. */
  onDamaged?(found: { readonly digest: string; readonly actual: string }): void;
  /** The right bytes are there again. */
  onMended?(artifact: { readonly digest: string }): void;
}

/** Disks go wrong in months; a client that reads a file part by part does it in minutes. */
const SOUND_MS = 10 * 60_000;
const MAX_SOUND = 1_000;

/**
 * Content-addressed files: `<directory>/sha256/ab/abcdef…`, named by the SHA-256 of their bytes, written once and
 * never changed. A file appears under its name complete and durable, or not at all. One process per directory.
 */
export class ArtifactStore {
  /** So that a file is not removed at the moment it is sent again. */
  readonly #turns = new TurnsByKey();

  /** Files whose bytes were right a while ago, and which they were. */
  readonly #sound = new Map<string, FileIdentity & { readonly until: number }>();

  private constructor(
    private readonly files: ArtifactFiles,
    /** Of one artifact. */
    readonly maxBytes: number,
    private readonly damage: DamageRecord,
    private readonly observer: StoreObserver,
  ) {}

  /** Creates the folders and removes what uploads that died with an earlier process left behind. */
  static async open(options: {
    directory: string;
    maxBytes: number;
    observer?: StoreObserver;
  }): Promise<ArtifactStore> {
    const { directory, maxBytes, observer = {} } = options;
    const damage = await DamageRecord.open(join(directory, 'damaged'));
    const files = new ArtifactFiles(directory);
    await files.prepare();
    return new ArtifactStore(files, maxBytes, damage, observer);
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
    const path = join(this.files.temporary, randomUUID());
    const discard = () => rm(path, { force: true });
    try {
      const { hex, size } = await writeUpload(source, path, this.maxBytes, options);
      const digest = `sha256:${hex}`;
      const keep = async () => {
        const alreadyStored = (await this.files.find(digest)) !== null;
        // Renamed over an equal file too: two uploads of the same bytes then need no lock, and a file that was damaged
        // on disk is mended by sending it again. Readers that have the old one open keep reading it.
        await this.#turns.run(digest, () => this.files.name(path, digest));
        await this.#mended(digest);
        return { alreadyStored };
      };
      return { digest, size, path, keep, discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  async holds(digest: string): Promise<boolean> {
    return (await this.files.find(digest)) !== null;
  }

  /** @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT when it was found damaged and not mended since */
  async stat(digest: string): Promise<StoredArtifact> {
    const file = await this.files.identity(digest);
    const damage = this.damage.find(digest, file);
    if (damage) throw damagedOnDisk(digest, damage.actual);
    return { digest, size: file.size };
  }

  /** Whether the bytes are a tar: a model with the files its weights lie in. @throws DomainError ARTIFACT_NOT_FOUND */
  async isBundle(digest: string): Promise<boolean> {
    return this.files.isTar(digest);
  }

  /** What was found where the bytes should be; null when nothing was. */
  damageOf(digest: string): Damage | null {
    return this.damage.find(digest);
  }

  /** Records that the bytes are damaged, for the caller that hashed them. @returns the error to end with */
  async damaged(digest: string, actual: string): Promise<DomainError> {
    const file = await this.files.identity(digest).catch(() => undefined);
    this.#sound.delete(digest);
    if (file !== undefined && (await this.damage.add(digest, actual, file)))
      this.observer.onDamaged?.({ digest, actual });
    return damagedOnDisk(digest, actual);
  }

  /** A stream of the bytes, or of those from `start` to `end` inclusive. It ends with ARTIFACT_NOT_FOUND when there are none. */
  read(digest: string, range: FileRange = {}): Readable {
    return Readable.from(this.files.chunks(digest, range), {
      objectMode: false,
      highWaterMark: CHUNK_BYTES,
    });
  }

  /** As `read`, of all bytes: ends with ARTIFACT_CORRUPT, and without the last of them, when they are not the digest's. */
  readChecked(digest: string): Readable {
    const chunks = checkedChunks(this.files.chunks(digest, {}), digest, (actual) =>
      this.damaged(digest, actual),
    );
    return Readable.from(chunks, { objectMode: false, highWaterMark: CHUNK_BYTES });
  }

  /**
   * Makes sure of a file of which only a part is to be read, which says nothing of the rest: its bytes are hashed, unless
   * they were a while ago and the file is the same.
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
   */
  async check(digest: string, signal?: AbortSignal): Promise<void> {
    const file = await this.files.identity(digest);
    const sound = this.#sound.get(digest);
    const isSame = sound?.ino === file.ino && sound.size === file.size && sound.mtimeMs === file.mtimeMs;
    if (isSame && sound.until > performance.now()) return;
    await this.verified(digest, signal);
    this.#sound.delete(digest);
    this.#sound.set(digest, { ...file, until: performance.now() + SOUND_MS });
    const [oldest] = this.#sound.keys();
    if (this.#sound.size > MAX_SOUND && oldest !== undefined) this.#sound.delete(oldest);
  }

  /**
   * Hashes the stored bytes again and returns the file's path for the runtime to load. The path is for this
   * process alone and never part of an answer.
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
   */
  async verified(digest: string, signal?: AbortSignal): Promise<string> {
    const actual = await this.files.actualDigest(digest, signal);
    if (actual !== digest) throw await this.damaged(digest, actual);
    // The right file was put back.
    await this.#mended(digest);
    return this.files.path(digest);
  }

  /**
   * Has the stored bytes hashed by the caller, and records what comes of it. A file that is replaced meanwhile is hashed
   * again.
   *
   * @returns the digest that the bytes have
   * @throws DomainError ARTIFACT_NOT_FOUND, UNAVAILABLE; what the caller's function throws beside that
   */
  async recheck(digest: string, hash: (path: string) => Promise<string>): Promise<string> {
    for (;;) {
      const before = await this.files.identity(digest);
      const actual = await this.files.hashedBy(digest, hash);
      const after = await this.files.identity(digest);
      if (before.ino !== after.ino || before.size !== after.size || before.mtimeMs !== after.mtimeMs)
        continue;
      if (actual === digest) await this.#mended(digest);
      else await this.damaged(digest, actual);
      return actual;
    }
  }

  /** As `verified`, for callers that hash the bytes in another process. @throws DomainError ARTIFACT_NOT_FOUND */
  async unverified(digest: string): Promise<string> {
    await this.stat(digest);
    return this.files.path(digest);
  }

  /** Everything stored, in no particular order. What is stored or removed meanwhile may be missing or not. */
  list(): AsyncGenerator<StoredArtifact & { storedAt: Date }> {
    return this.files.list();
  }

  /**
   * Removes the bytes unless they were stored (again) after an instant.
   *
   * @returns false when there was nothing to remove. @throws DomainError UNAVAILABLE
   */
  async remove(digest: string, options: { storedUntil: Date }): Promise<boolean> {
    return this.#turns.run(digest, async () => {
      const found = await this.files.find(digest);
      if (!found || found.storedAt > options.storedUntil) return false;
      await this.files.remove(digest);
      await this.damage.forget(digest);
      return true;
    });
  }

  async #mended(digest: string): Promise<void> {
    if (await this.damage.forget(digest)) this.observer.onMended?.({ digest });
  }
}
