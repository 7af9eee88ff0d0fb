import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileFailure, wrongUsage } from '../failure.js';
import type { Surroundings } from '../surroundings.js';

/** What a file or stdin holds, piece by piece, as text. */
export interface TextSource {
  readonly name: string;
  /** The first piece, for a look at it; empty when there is nothing. */
  readonly beginning: string;
  readonly pieces: AsyncIterable<string>;
}

/** Small, so that what was read is little ahead of what was answered, and a bar tells the truth. */
const PIECE_BYTES = 16 * 1024;

const GZIP = [0x1f, 0x8b] as const;

interface Opening {
  readonly surroundings: Pick<Surroundings, 'stdin'>;
  readonly signal?: AbortSignal;
  /** Told of the bytes read, before they are unpacked. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Opens a file, or (`-`) stdin; gzip is unpacked whatever the name says.
 *
 * @throws Failure when it cannot be read, or is UTF-16, which Windows writes as "Unicode text"
 */
export async function openText(
  path: string,
  { surroundings, signal, onBytes = () => undefined }: Opening,
): Promise<TextSource> {
  const name = path === '-' ? 'stdin' : path;
  const stream: Readable =
    path === '-' ? surroundings.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES, signal });
  const pieces = decoded(unpacked(counted(stream, onBytes)), name)[Symbol.asyncIterator]();
  try {
    const first = await pieces.next();
    const beginning = first.done === true ? '' : first.value;
    return { name, beginning, pieces: wholeOf(beginning, pieces, name) };
  } catch (error) {
    throw unreadable(name, error, signal);
  }
}

/** Lines without their ends, counted from 1. */
export async function* linesOf(
  source: TextSource,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let number = 0;
  let rest = '';
  for await (const piece of source.pieces) {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, number: ++number };
  }
  if (rest !== '') yield { text: rest.replace(/\r$/, ''), number: number + 1 };
}

async function* wholeOf(
  beginning: string,
  rest: AsyncIterator<string>,
  name: string,
): AsyncGenerator<string> {
  yield beginning;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function* counted(stream: Readable, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next();
  if (first.done === true) return;
  const whole = (async function* () {
    yield first.value;
    yield* chunks;
  })();
  if (!GZIP.every((byte, index) => first.value[index] === byte)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  // An error of the file ends the unpacking, which is what is being read here.
  void (async () => {
    try {
      for await (const chunk of whole)
        if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve));
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  yield* gunzip as AsyncIterable<Buffer>;
}

async function* decoded(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  // A mark before the first character, which editors on Windows put there, is taken away.
  const decoder = new TextDecoder('utf-8');
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)))
      throw wrongUsage(
        `${name} is text in UTF-16: expected UTF-8. Save it as such, or convert it with iconv.`,
      );
    isFirst = false;
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function unreadable(name: string, error: unknown, signal?: AbortSignal): unknown {
  const isOwn = error instanceof Error && error.name === 'Failure';
  return isOwn || signal?.aborted === true ? error : fileFailure('read', name, error);
}
