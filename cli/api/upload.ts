import { createReadStream } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileFailure, Failure } from '../failure.js';
import { EXIT } from '../exit-codes.js';
import type { Http } from './http.js';

/** A server that takes or says nothing for this long has died without saying so. */
const STALL_MS = 120_000;

export interface Upload {
  /** Path on the server, with its query. */
  readonly to: string;
  readonly file: string;
  /** What is sent in the file's place: the file with others. */
  readonly packed?: { readonly type: string; readonly bytes: () => AsyncIterable<Buffer> };
  readonly size: number;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
}

/**
 * Streams a file to the server and answers what the server says. Not by `fetch`: a server that refuses half-way (too
 * large, no room) answers at once, and `fetch` would lose that answer to the broken pipe behind it.
 *
 * @throws Failure
 */
export async function uploadFile(http: Http, upload: Upload): Promise<unknown> {
  const url = http.address(upload.to);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method: 'POST',
    headers: {
      ...http.headers(),
      'content-type': upload.packed?.type ?? 'application/octet-stream',
      'content-length': upload.size,
    },
    signal: upload.signal,
  });
  request.setTimeout(STALL_MS, () => request.destroy(new Error('nothing moved for two minutes')));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  // Handled below; a rejection may come while the file is still being read.
  answered.catch(() => undefined);

  const file = upload.packed
    ? Readable.from(upload.packed.bytes(), { objectMode: false })
    : createReadStream(upload.file, { highWaterMark: 256 * 1024 });
  let unreadable: Error | undefined;
  file.once('error', (error: Error) => (unreadable = error));
  const sent = pipeline(file, counted(upload), request);
  // An early answer is a refusal, and the rest of the file is of no interest.
  const first = await Promise.race([
    answered.then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    ),
    sent.then(
      () => null,
      (error: unknown) => ({ error }),
    ),
  ]);
  try {
    if (unreadable !== undefined) throw fileFailure('read', upload.file, unreadable);
    const response = first !== null && 'response' in first ? first.response : await answered;
    const text = await textOf(response);
    if (response.statusCode === undefined || response.statusCode >= 300)
      throw http.refusal(response.statusCode ?? 0, text);
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw http.notRetort();
    if (error instanceof Failure) throw error;
    throw http.lost(error);
  } finally {
    file.destroy();
    request.destroy();
    await sent.catch(() => undefined);
  }
}

function counted({ size, file, onBytes }: Upload) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of chunks) {
      sent += chunk.length;
      if (sent > size) break;
      yield chunk;
      onBytes(chunk.length);
    }
    if (sent !== size) {
      throw new Failure(
        EXIT.USAGE,
        'FILE',
        `${file} changed while it was uploaded. Try again once it is written.`,
      );
    }
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += String(part);
  return text;
}
