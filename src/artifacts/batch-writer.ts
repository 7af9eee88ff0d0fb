import type { FileHandle } from 'node:fs/promises';
import { storageError } from './storage-error.js';

/** A turn of a thread of the pool for each piece that a socket delivers would take longer than writing it. */
const BATCH_BYTES = 1024 * 1024;
/** Tiny pieces cost more memory than they hold. */
const BATCH_PIECES = 64;

/** Writes pieces to a file in their order, many at a time, while the next ones gather. */
export class BatchWriter {
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  #underWay: Promise<void> = Promise.resolve();

  constructor(private readonly file: FileHandle) {}

  /**
   * The piece's memory must stay as it is. Resolves when there is room for another.
   * @throws DomainError STORAGE_FULL, UNAVAILABLE, also for pieces added before
   */
  async add(piece: Uint8Array): Promise<void> {
    this.#gathered.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= BATCH_BYTES || this.#gathered.length >= BATCH_PIECES) await this.#begin();
  }

  /** Resolves when everything is written. @throws as `add` */
  async finish(): Promise<void> {
    await this.#begin();
    await this.#underWay;
  }

  /** Waits for the batch before, and begins to write the one that has gathered. */
  async #begin(): Promise<void> {
    const pieces = this.#gathered;
    this.#gathered = [];
    this.#bytes = 0;
    await this.#underWay;
    this.#underWay = writeAll(this.file, pieces);
    // Looked at by whoever comes next.
    this.#underWay.catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  try {
    while (pieces.length > 0) pieces = unwritten(pieces, (await file.writev(pieces)).bytesWritten);
  } catch (error) {
    throw storageError(error);
  }
}

/** What is left of the pieces after so many bytes. */
function unwritten(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  return pieces.flatMap((piece) => {
    const skipped = Math.min(written, piece.length);
    written -= skipped;
    return skipped < piece.length ? [piece.subarray(skipped)] : [];
  });
}
