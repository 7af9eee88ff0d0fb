import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { Edits } from './edits.js';
import { MODEL, readLayout, type GraphLayout } from './graph-layout.js';
import { varintBytes } from './wire.js';

const CHUNK_BYTES = 1024 * 1024;

/** A stretch of the source, or bytes that are new. */
type Part = Stretch | Buffer;
interface Stretch {
  readonly from: number;
  readonly end: number;
}

/**
 * Writes a model anew with some of its graph's fields edited; everything else is copied byte by byte, whatever its size.
 * @returns the SHA-256 of what was written, which is durable
 */
export function writeRewritten(path: string, edits: Edits, target: string): string {
  const layout = readLayout(path);
  const graph = graphParts(layout, edits);
  const length = graph.reduce((sum, part) => sum + lengthOf(part), 0);
  const parts: Part[] = [];
  for (const piece of layout.model)
    if (piece.number !== MODEL.graph) parts.push(piece);
    else parts.push(varintBytes(MODEL.graph * 8 + 2), varintBytes(length), ...graph);
  parts.push(...edits.model);
  return write(path, joined(parts), target);
}

function graphParts({ graph }: GraphLayout, edits: Edits): Part[] {
  const parts: Part[] = [...edits.before];
  for (const [index, piece] of graph.entries()) {
    const edit = edits.graph.get(index);
    if (edit === undefined) parts.push(piece);
    else if (edit !== null) parts.push(edit);
  }
  return [...parts, ...edits.after];
}

function lengthOf(part: Part): number {
  return Buffer.isBuffer(part) ? part.length : part.end - part.from;
}

/** Neighbours in the source are copied together. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    const follows =
      last !== undefined && !Buffer.isBuffer(last) && !Buffer.isBuffer(part) && last.end === part.from;
    if (follows) result[result.length - 1] = { from: last.from, end: part.end };
    else result.push(part);
  }
  return result;
}

function write(path: string, parts: readonly Part[], target: string): string {
  const hash = createHash('sha256');
  const source = openSync(path, 'r');
  const file = openSync(target, 'w');
  try {
    const put = (bytes: Uint8Array) => {
      hash.update(bytes);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    };
    for (const part of parts)
      if (Buffer.isBuffer(part)) put(part);
      else copy(source, part, put);
    fsyncSync(file);
  } finally {
    closeSync(file);
    closeSync(source);
  }
  return hash.digest('hex');
}

function copy(source: number, { from, end }: Stretch, put: (bytes: Uint8Array) => void): void {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - from));
  for (let at = from; at < end;) {
    const read = readSync(source, chunk, 0, Math.min(chunk.length, end - at), at);
    if (read === 0) throw new Error('The artifact became shorter while it was read');
    put(chunk.subarray(0, read));
    at += read;
  }
}
