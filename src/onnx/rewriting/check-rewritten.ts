import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Edits } from './edits.js';
import { MODEL, readLayout, type Piece } from './graph-layout.js';
import { wireFields } from './wire.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads what was written and compares it with its source: every node, initializer, input, output and other field that was
 * not to change is there, byte by byte and in its order, and besides them only what was to be put in.
 *
 * @throws Error
 */
export function checkRewritten(path: string, edits: Edits, target: string): void {
  const [before, after] = [readLayout(path), readLayout(target)];
  const [source, written] = [new PieceDigests(path), new PieceDigests(target)];
  try {
    const wanted = edits.before.flatMap(fieldDigests);
    for (const [index, piece] of before.graph.entries()) {
      const edit = edits.graph.get(index);
      if (edit === undefined) wanted.push(source.digest(piece));
      else if (edit !== null) wanted.push(...fieldDigests(edit));
    }
    wanted.push(...edits.after.flatMap(fieldDigests));
    requireEqual(wanted, written.digests(after.graph));
    const others = (pieces: readonly Piece[]) => pieces.filter(({ number }) => number !== MODEL.graph);
    requireEqual(
      [...source.digests(others(before.model)), ...edits.model.flatMap(fieldDigests)],
      written.digests(others(after.model)),
    );
  } finally {
    source.close();
    written.close();
  }
}

function requireEqual(wanted: readonly string[], found: readonly string[]): void {
  if (wanted.length !== found.length || wanted.some((digest, index) => digest !== found[index]))
    throw new Error('The rewritten graph differs from its source in what was not to change');
}

function fieldDigests(bytes: Buffer): string[] {
  return [...wireFields(bytes)].map(({ from, end }) =>
    createHash('sha256').update(bytes.subarray(from, end)).digest('base64'),
  );
}

/** Hashes of fields in a file, tags included. */
class PieceDigests {
  readonly #file: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.#file);
  }

  digests(pieces: readonly Piece[]): string[] {
    return pieces.map((piece) => this.digest(piece));
  }

  digest({ from, end }: Piece): string {
    const hash = createHash('sha256');
    for (let at = from; at < end;) {
      const read = readSync(this.#file, this.#chunk, 0, Math.min(CHUNK_BYTES, end - at), at);
      if (read === 0) throw new Error('The file became shorter while it was read');
      hash.update(this.#chunk.subarray(0, read));
      at += read;
    }
    return hash.digest('base64');
  }
}
