import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../platform/logging.js';
import { sha256 } from './compiled/known-document.js';

/** With the largest document that is kept, 256 MiB; with documents as people write them, a few. */
const MAX_DOCUMENTS = 1_000;
const MAX_DOCUMENT_CHARACTERS = 262_144;
const FILE = /^([0-9a-f]{64})\.graphql$/;

/**
 * The documents that clients ask for by their hash, each a file named by it, so that those clients need not send them
 * again after a restart. Beyond a thousand, the one that was kept first is given up.
 */
export class PersistedDocumentStore {
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly directory: string,
    /** In the order in which they were kept. */
    private readonly hashes: Set<string>,
    private readonly logger: Logger,
  ) {}

  static async open(directory: string, logger: Logger): Promise<PersistedDocumentStore> {
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
    return new PersistedDocumentStore(directory, new Set(hashes.map(({ hash }) => hash)), logger);
  }

  /** The document with this hash; null when it is not kept, or no longer what its name says. */
  async find(hash: string): Promise<string | null> {
    if (!this.hashes.has(hash)) return null;
    await this.writing;
    const source = await readFile(this.fileOf(hash), 'utf8').catch(() => null);
    if (source !== null && sha256(source) === hash) return source;
    this.hashes.delete(hash);
    return null;
  }

  /** Written in the background, once. */
  keep(hash: string, source: string): void {
    if (this.hashes.has(hash) || source.length > MAX_DOCUMENT_CHARACTERS) return;
    this.hashes.add(hash);
    const [first] = this.hashes;
    const surplus = this.hashes.size > MAX_DOCUMENTS ? first : undefined;
    if (surplus !== undefined) this.hashes.delete(surplus);
    this.writing = this.writing
      .then(() => this.write(hash, source, surplus))
      .catch((error: unknown) => {
        this.hashes.delete(hash);
        this.logger.warn(
          { err: error },
          'a persisted document could not be written; it is forgotten at the end',
        );
      });
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
