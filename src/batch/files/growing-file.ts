import { open, type FileHandle } from 'node:fs/promises';
import type { Space } from './space.js';
import { storageError } from './storage-error.js';

/** A file that is written at its end; what was made durable is known by its length. */
export class GrowingFile {
  private constructor(
    readonly handle: FileHandle,
    private length: number,
    private readonly space: Space,
  ) {}

  /** @param bytes what is kept of it: the rest was written and never put down */
  static async open(path: string, bytes: number, space: Space): Promise<GrowingFile> {
    try {
      const handle = await open(path, 'a+');
      try {
        const { size } = await handle.stat();
        // A disk that lost what it had promised is no place to go on.
        if (size < bytes) throw new Error(`Expected ${bytes} bytes that were written before, found ${size}`);
        await handle.truncate(bytes);
        space.give(size - bytes);
        return new GrowingFile(handle, bytes, space);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw storageError(error);
    }
  }

  get bytes(): number {
    return this.length;
  }

  /** @throws DomainError STORAGE_FULL, UNAVAILABLE */
  async append(bytes: Buffer): Promise<void> {
    this.space.take(bytes.length);
    let at = 0;
    try {
      while (at < bytes.length) at += (await this.handle.write(bytes, at)).bytesWritten;
    } catch (error) {
      this.space.give(bytes.length - at);
      throw storageError(error);
    } finally {
      this.length += at;
    }
  }

  /** What was written stays, whatever happens to the machine. */
  async sync(): Promise<void> {
    await this.handle.datasync().catch((error: unknown) => {
      throw storageError(error);
    });
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
