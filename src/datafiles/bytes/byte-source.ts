import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { unreadableFile } from '../unreadable-file.js';
import type { OpenOptions } from '../rows.js';

export type ByteSource = string | AsyncIterable<Uint8Array>;

/** Small, so that cutting one into rows keeps nobody waiting. */
const CHUNK_BYTES = 8 * 1024;
/**
 * DEFLATE packs a thousandfold at most, and tables twentyfold; a file that unpacks to this much more than itself was made to
 * fill a disk.
 */
const MAX_RATIO = 200;
const RATIO_AFTER_BYTES = 64 * 1024 ** 2;

/** The bytes of a file or stream; gzip is unpacked whatever a name says. @throws DomainError UNREADABLE_FILE */
export async function* plainBytes(
  source: ByteSource,
  { name = 'The file', signal, onBytes }: Omit<OpenOptions, 'format'>,
): AsyncGenerator<Buffer, void, void> {
  const tally = { read: 0 };
  const raw = counted(open(source, signal), (count) => {
    tally.read += count;
    onBytes?.(count);
  });
  // As many as the longest mark of an encoding.
  const first = await atLeast(raw, 4);
  if (first === null) return;
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield first;
    for await (const chunk of raw) yield checked(chunk, signal);
    return;
  }
  let unpacked = 0;
  for await (const chunk of gunzipped(first, raw, name)) {
    unpacked += chunk.length;
    if (unpacked > RATIO_AFTER_BYTES && unpacked > MAX_RATIO * tally.read)
      throw unreadableFile(
        `${name} unpacks to more than ${MAX_RATIO} times its own size, which no table does: expected an ordinary gzip file. Send it unpacked if it is one.`,
      );
    yield checked(chunk, signal);
  }
}

function open(source: ByteSource, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  return typeof source === 'string'
    ? createReadStream(source, { highWaterMark: CHUNK_BYTES, ...(signal && { signal }) })
    : source;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }
}

function checked(chunk: Buffer, signal: AbortSignal | undefined): Buffer {
  signal?.throwIfAborted();
  return chunk;
}

/** The first chunk, of so many bytes unless there are fewer; null of nothing. */
export async function atLeast(
  chunks: AsyncGenerator<Buffer, void, void>,
  bytes: number,
): Promise<Buffer | null> {
  const gathered: Buffer[] = [];
  let size = 0;
  while (size < bytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    gathered.push(next.value);
    size += next.value.length;
  }
  return size === 0 ? null : gathered.length === 1 ? (gathered[0] ?? null) : Buffer.concat(gathered);
}

async function* gunzipped(
  first: Buffer,
  rest: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer, void, void> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const feeding = (async () => {
    try {
      if (!gunzip.write(first)) await drained(gunzip);
      for await (const chunk of rest) if (!gunzip.write(chunk)) await drained(gunzip);
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw unreadableFile(
        `${name} begins like gzip and cannot be unpacked (${(error as Error).message}): it was cut short or damaged. Send it again.`,
        error,
      );
    throw error;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** Also when it was closed meanwhile: nothing comes then. */
function drained(stream: NodeJS.EventEmitter & { readonly destroyed: boolean }): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) {
      resolve();
      return;
    }
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}
