import type { FileHandle } from 'node:fs/promises';
import { storageError } from './storage-error.js';

const MOST_BYTES = 1024 * 1024;
/** Tiny pieces cost more memory than they hold. */
const MOST_PIECES = 64;

/**
 * Writes pieces to a file in their order. What comes while others are being written gathers, and is written together: the
 * turn of a thread of the pool that each piece of a socket would need takes longer than writing it. Nothing waits while
 * the disk is idle.
 */
export class BatchWriter {
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  /** Stays, rejected, when it has failed. */
  #underWay: Promise<void> | null = null;
  #failed = false;

  constructor(private readonly file: FileHandle) {}

  /**
   * The piece's memory must stay as it is. Resolves when there is room for another.
   * @throws DomainError STORAGE_FULL, UNAVAILABLE, also for pieces added before
   */
  async add(piece: Uint8Array): Promise<void> {
    this.#gathered.push(piece);
    this.#bytes += piece.length;
    if (this.#underWay === null) this.#begin();
    else if (this.#failed || this.#bytes >= MOST_BYTES || this.#gathered.length >= MOST_PIECES)
      await this.#underWay;
  }

  /** Resolves when everything is written. @throws as `add` */
  async finish(): Promise<void> {
    while (this.#underWay !== null) await this.#underWay;
  }

  #begin(): void {
    const pieces = this.#gathered;
    this.#gathered = [];
    this.#bytes = 0;
    this.#underWay = writeAll(this.file, pieces).then(() => {
      this.#underWay = null;
      if (this.#gathered.length > 0) this.#begin();
    });
    // Thrown when the next piece is added, or at the end.
    this.#underWay.catch(() => (this.#failed = true));
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
