import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What was found where other bytes should be. */
export interface Damage {
  readonly digest: string;
  /** Of the bytes that there were. */
  readonly actual: string;
  readonly foundAt: Date;
}

/** Which file was looked at: one that was put in its place since is another. */
export interface FileIdentity {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

interface Entry extends Damage {
  readonly file: FileIdentity;
}

/**
 * The files that were found damaged, also before this process began: a file for each. What cannot be written down is known
 * until the process ends, and found again by the next reader of the bytes.
 */
export class DamageRecord {
  readonly #known = new Map<string, Entry>();

  private constructor(private readonly directory: string) {}

  static async open(directory: string): Promise<DamageRecord> {
    const record = new DamageRecord(directory);
    const names = await readdir(directory).catch((): string[] => []);
    for (const name of names) await record.#read(name);
    return record;
  }

  /** Null also when the file has been replaced since it was found. */
  find(digest: string, file?: FileIdentity): Damage | null {
    const known = this.#known.get(digest);
    if (known === undefined || (file !== undefined && !isSame(known.file, file))) return null;
    return known;
  }

  /** @returns false when it was known already */
  async add(digest: string, actual: string, file: FileIdentity): Promise<boolean> {
    const isNew = this.find(digest, file) === null;
    if (!isNew) return false;
    const { ino, size, mtimeMs } = file;
    const entry: Entry = { digest, actual, foundAt: new Date(), file: { ino, size, mtimeMs } };
    this.#known.set(digest, entry);
    try {
      await mkdir(this.directory, { recursive: true });
      await writeFile(this.#path(digest), JSON.stringify(entry));
    } catch {
      // A full disk, most likely.
    }
    return true;
  }

  /** @returns whether it was known */
  async forget(digest: string): Promise<boolean> {
    if (!this.#known.delete(digest)) return false;
    await rm(this.#path(digest), { force: true }).catch(() => undefined);
    return true;
  }

  async #read(name: string): Promise<void> {
    try {
      const { digest, actual, foundAt, file } = JSON.parse(
        await readFile(join(this.directory, name), 'utf8'),
      ) as Entry;
      this.#known.set(digest, { digest, actual, foundAt: new Date(foundAt), file });
    } catch {
      // Cut off by the end of an earlier process.
    }
  }

  #path(digest: string): string {
    return join(this.directory, `${digest.replace(':', '-')}.json`);
  }
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeMs === other.mtimeMs;
}
