import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { DomainError } from '../platform/errors.js';
import { untilAborted } from '../platform/until-aborted.js';
import { BatchWriter } from './batch-writer.js';
import { storageError } from './storage-error.js';

export interface UploadOptions {
  /** What the sender announced (Content-Length); fewer or more is a broken upload. */
  expectedBytes?: number;
  /** What the sender computed; other bytes are refused. */
  expectedDigest?: string;
  /** Gives the upload up; what was written is removed. */
  signal?: AbortSignal;
}

export interface Upload {
  readonly hex: string;
  readonly size: number;
}

/**
 * Writes a stream to a new file while hashing it, and makes the bytes durable. Two megabytes are held at most: one
 * on its way to the disk, and one that gathers meanwhile.
 * @throws DomainError ARTIFACT_TOO_LARGE, INVALID_ARGUMENT, DIGEST_MISMATCH, STORAGE_FULL
 */
export async function writeUpload(
  source: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
  options: UploadOptions,
): Promise<Upload> {
  const file = await open(path, 'wx', 0o400).catch((error: unknown) => {
    throw storageError(error);
  });
  try {
    const upload = await receive(source, file, maxBytes, options);
    await file.sync().catch((error: unknown) => {
      throw storageError(error);
    });
    return upload;
  } finally {
    await file.close();
  }
}

async function receive(
  source: AsyncIterable<Uint8Array>,
  file: FileHandle,
  maxBytes: number,
  { expectedBytes, expectedDigest, signal }: UploadOptions,
): Promise<Upload> {
  if (expectedBytes !== undefined && expectedBytes > maxBytes) throw tooLarge(maxBytes, expectedBytes);
  const hash = createHash('sha256');
  const writer = new BatchWriter(file);
  let size = 0;
  for await (const chunk of abortable(source, signal)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (expectedBytes !== undefined && size > expectedBytes)
      throw wrongLength(expectedBytes, `more than that`);
    hash.update(chunk);
    await writer.add(chunk);
  }
  await writer.finish();
  if (expectedBytes !== undefined && size !== expectedBytes) throw wrongLength(expectedBytes, `${size}`);
  if (size === 0)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected the bytes of a file, got an empty upload: send the file as the body',
    );
  const hex = hash.digest('hex');
  if (expectedDigest !== undefined && expectedDigest !== `sha256:${hex}`)
    throw new DomainError(
      'DIGEST_MISMATCH',
      `Expected bytes of digest ${expectedDigest}, got sha256:${hex}: the file changed on the way or is another one; send it again`,
    );
  return { hex, size };
}

/** Ends the wait for a chunk that never comes, and lets the source clean up. */
async function* abortable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  let isFinished = false;
  try {
    while (!isFinished) {
      const next = await untilAborted(iterator.next(), signal);
      if (next.done === true) isFinished = true;
      else yield next.value;
    }
  } finally {
    // Not awaited: a generator stuck in its own await would never answer, and the upload has already failed.
    if (!isFinished) iterator.return?.().catch(() => undefined);
  }
}

function tooLarge(maxBytes: number, got?: number): DomainError {
  return new DomainError(
    'ARTIFACT_TOO_LARGE',
    `Expected at most ${maxBytes} bytes, got ${got ?? 'more'}; shrink the model (quantise it, or drop training state) or have the server's limit raised`,
  );
}

function wrongLength(expected: number, got: string): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `The upload was cut short or overran: expected ${expected} bytes, got ${got}; send it again`,
  );
}
