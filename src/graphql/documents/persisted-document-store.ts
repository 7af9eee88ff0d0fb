import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../platform/logging.js';
import { sha256 } from '../compiled/known-document.js';

/** With the largest document that is kept, 256 MiB; with documents as people write them, a few. */
const MAX_DOCUMENTS = 1_000;
const MAX_DOCUMENT_CHARACTERS = 262_144;
/** How exactly a file's time tells when its document was asked for last: to the minute, which costs nothing. */
const TOUCH_MS = 60_000;
const FILE = /^([0-9a-f]{64})\.graphql$/;

/**
 * The documents that clients ask for by their hash, each a file named by it, so that those clients need not send them
 * again after a restart. Beyond a thousand, the one that was not asked for the longest is given up.
 */
export class PersistedDocumentStore {
  private writing: Promise<void> = Promise.resolve();
  private newest: string | null = null;

  private constructor(
    private readonly directory: string,
    /** When each was touched last, in milliseconds; in the order in which they were asked for. */
    private readonly hashes: Map<string, number>,
    private readonly logger: Logger,
    private readonly now: () => number,
  ) {}

  /** @param now for tests */
  static async open(
    directory: string,
    logger: Logger,
    now: () => number = Date.now,
  ): Promise<PersistedDocumentStore> {
    await mkdir(directory, { recursive: true });
    const files = await Promise.all(
      (await readdir(directory)).map(async (name) => {
        const hash = FILE.exec(name)?.[1];
        // What is left of a write that was cut off.
        if (hash === undefined) await rm(join(directory, name), { force: true, recursive: true });
        return hash === undefined ? [] : [{ hash, at: (await stat(join(directory, name))).mtimeMs }];
      }),
    );
    const hashes = files.flat().sort((a, b) => a.at - b.at);
    return new PersistedDocumentStore(
      directory,
      new Map(hashes.map(({ hash, at }) => [hash, at])),
      logger,
      now,
    );
  }

  /** The document with this hash; null when it is not kept, or no longer what its name says. */
  async find(hash: string): Promise<string | null> {
    if (!this.hashes.has(hash)) return null;
    await this.writing;
    const source = await readFile(this.fileOf(hash), 'utf8').catch(() => null);
    if (source !== null && sha256(source) === hash) {
      this.used(hash);
      return source;
    }
    this.hashes.delete(hash);
    if (this.newest === hash) this.newest = null;
    return null;
  }

  /** Written in the background, once. */
  keep(hash: string, source: string): void {
    if (hash === this.newest || source.length > MAX_DOCUMENT_CHARACTERS) return;
    if (this.hashes.has(hash)) {
      this.used(hash);
      return;
    }
    this.hashes.set(hash, this.now());
    this.newest = hash;
    const [first] = this.hashes.keys();
    const surplus = this.hashes.size > MAX_DOCUMENTS ? first : undefined;
    if (surplus !== undefined) this.hashes.delete(surplus);
    this.writing = this.writing
      .then(() => this.write(hash, source, surplus))
      .catch((error: unknown) => {
        this.hashes.delete(hash);
        if (this.newest === hash) this.newest = null;
        this.logger.warn(
          { err: error },
          'a persisted document could not be written; it is forgotten at the end',
        );
      });
  }

  /** The order outlives a restart in the times of the files. */
  private used(hash: string): void {
    const touched = this.hashes.get(hash);
    if (touched === undefined) return;
    const now = this.now();
    const isOld = now - touched >= TOUCH_MS;
    this.hashes.delete(hash);
    this.hashes.set(hash, isOld ? now : touched);
    this.newest = hash;
    if (!isOld) return;
    this.writing = this.writing
      .then(() => utimes(this.fileOf(hash), now / 1_000, now / 1_000))
      // It has been given up meanwhile, or the disk does not take it; then the order is less exact.
      .catch(() => undefined);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.writing;
  }

  private async write(hash: string, source: string, surplus: string | undefined): Promise<void> {
    const file = this.fileOf(hash);
    await writeFile(`${file}.partial`, source);
    await rename(`${file}.partial`, file);
    if (surplus !== undefined) await rm(this.fileOf(surplus), { force: true });
  }

  private fileOf(hash: string): string {
    return join(this.directory, `${hash}.graphql`);
  }
}
