import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { fileFailure, wrongUsage } from './failure.js';
import type { Bar } from './terminal/progress.js';

/** @throws Failure when there is no such file, or it is a folder */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('read', path, error);
  });
  if (!found.isFile()) throw wrongUsage(`Expected a file, got ${path}, which is none.`);
  return found.size;
}

/** @throws Failure when there is nothing of this name */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('read', path, error);
  });
  return found.isDirectory();
}

/** `sha256:…` of a file's bytes, or of others that are read with it. @throws Failure */
export async function digestOf(
  path: string,
  bar: Bar,
  signal: AbortSignal,
  bytes: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1024 ** 2, signal }),
): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash.update(chunk);
      bar.advance(chunk.length);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw fileFailure('read', path, error);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** @throws Failure */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileFailure('read', path, error);
  }
}

/** @throws Failure */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongUsage(`${path} is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`);
  }
}

/** The text itself, or with `@` in front the content of a file. @throws Failure */
export async function textOrFile(given: string): Promise<string> {
  return given.startsWith('@') ? readText(given.slice(1)) : given;
}
