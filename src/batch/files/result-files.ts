import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../platform/system-errors.js';
import { GrowingFile } from './growing-file.js';
import type { Space } from './space.js';
import { storageError } from './storage-error.js';
import { FILE_LIFETIME_MS } from './uploaded-files.js';

/** A whole result, or what there is of one. */
export interface StoredResult {
  /** For this process alone. */
  readonly path: string;
  readonly size: number;
  readonly isWhole: boolean;
}

const WHOLE = 'whole';
/** Rows as the job answers them: what will be the result, or what it is made of. */
const ROWS = 'rows';
const MADE = 'made';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What jobs write: a folder each, removed a week after the job was over. */
export class ResultFiles {
  private constructor(
    private readonly directory: string,
    private readonly space: Space,
  ) {}

  static async open(directory: string, space: Space): Promise<ResultFiles> {
    await mkdir(directory, { recursive: true });
    const files = new ResultFiles(directory, space);
    for (const id of await files.ids()) space.found(await files.bytesOf(id));
    return files;
  }

  /** The rows of a job, of which the first `bytes` are known to be right. @throws DomainError STORAGE_FULL, UNAVAILABLE */
  async rows(jobId: string, bytes: number): Promise<GrowingFile> {
    await this.inFolder(jobId);
    return GrowingFile.open(join(this.directory, jobId, ROWS), bytes, this.space);
  }

  rowsPath(jobId: string): string {
    return join(this.directory, jobId, ROWS);
  }

  /** For a result that is made of the rows: empty, whatever an earlier attempt left. */
  async made(jobId: string): Promise<GrowingFile> {
    return GrowingFile.open(join(this.directory, jobId, MADE), 0, this.space);
  }

  /** The rows are the result. */
  async finishRows(jobId: string): Promise<StoredResult> {
    await this.rename(jobId, ROWS);
    return this.whole(jobId);
  }

  /** What was made of the rows is the result; the rows go. */
  async finishMade(jobId: string): Promise<StoredResult> {
    await this.rename(jobId, MADE);
    await this.remove(jobId, ROWS);
    return this.whole(jobId);
  }

  /** Removes what a job wrote for itself alone. */
  async discard(jobId: string): Promise<void> {
    const bytes = await this.bytesOf(jobId).catch(() => 0);
    await rm(join(this.directory, jobId), { recursive: true, force: true });
    this.space.give(bytes);
  }

  /** Null when there is none, or it was removed. */
  async find(jobId: string): Promise<StoredResult | null> {
    if (!UUID.test(jobId)) return null;
    for (const name of [WHOLE, ROWS]) {
      const path = join(this.directory, jobId, name);
      const found = await stat(path).catch(() => null);
      if (found) return { path, size: found.size, isWhole: name === WHOLE };
    }
    return null;
  }

  /** Removes results whose job was over longer ago than the lifetime, or is not known. @param needed jobs that are not over */
  async removeOld(needed: ReadonlySet<string>, now: Date = new Date()): Promise<number> {
    let removed = 0;
    for (const id of await this.ids()) {
      if (needed.has(id)) continue;
      const { mtimeMs } = await stat(join(this.directory, id));
      if (mtimeMs > now.getTime() - FILE_LIFETIME_MS) continue;
      const bytes = await this.bytesOf(id);
      await rm(join(this.directory, id), { recursive: true, force: true });
      this.space.give(bytes);
      removed += 1;
    }
    return removed;
  }

  private async whole(jobId: string): Promise<StoredResult> {
    const path = join(this.directory, jobId, WHOLE);
    return { path, size: (await stat(path)).size, isWhole: true };
  }

  private async rename(jobId: string, name: string): Promise<void> {
    const [from, to] = [name, WHOLE].map((each) => join(this.directory, jobId, each));
    await rename(from ?? '', to ?? '').catch(async (error: unknown) => {
      // A server that ended between this and the word of it did it already.
      if (systemCode(error) !== 'ENOENT' || (await stat(to ?? '').catch(() => null)) === null)
        throw storageError(error);
    });
  }

  private async remove(jobId: string, name: string): Promise<void> {
    const path = join(this.directory, jobId, name);
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    await rm(path, { force: true });
    this.space.give(size);
  }

  private async inFolder(jobId: string): Promise<void> {
    await mkdir(join(this.directory, jobId), { recursive: true }).catch((error: unknown) => {
      throw storageError(error);
    });
  }

  private async ids(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => UUID.test(name));
  }

  private async bytesOf(jobId: string): Promise<number> {
    let bytes = 0;
    for (const name of await readdir(join(this.directory, jobId)))
      bytes += (await stat(join(this.directory, jobId, name))).size;
    return bytes;
  }
}
