import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.js';
import { RestError } from './rest-error.js';

export const UPLOAD_TYPES = ['application/octet-stream', 'application/x-onnx'];

/** An upload that sends nothing for this long has died without saying so. */
const STALL_MS = 60_000;

/** What the headers announce about the bytes to come. */
export interface AnnouncedUpload {
  readonly expectedBytes?: number;
  readonly expectedDigest?: string;
}

/**
 * Reads the announced length and digest (`?digest=sha256:…` or `Content-Digest: sha-256=:…:`, RFC 9530).
 * @throws RestError UNSUPPORTED_MEDIA_TYPE, DomainError INVALID_ARGUMENT
 */
export function announcedUpload(request: FastifyRequest): AnnouncedUpload {
  const { headers } = request;
  checkEncoding(headers);
  const digest = announcedDigest((request.query as { digest?: unknown }).digest, headers['content-digest']);
  return {
    ...(headers['content-length'] === undefined ? {} : { expectedBytes: Number(headers['content-length']) }),
    ...(digest === undefined ? {} : { expectedDigest: digest }),
  };
}

/**
 * The body, chunk by chunk. Ends with an error when the client leaves or stalls; and never closes the connection when
 * its reader stops early, so that a refusal half-way can still be answered.
 */
export async function* uploadedBytes(
  body: IncomingMessage,
  stallMs: number = STALL_MS,
): AsyncGenerator<Uint8Array> {
  const stalled = setTimeout(() => {
    body.destroy(
      new RestError('REQUEST_TIMEOUT', `The upload was given up: nothing came for ${stallMs / 1000} s.`),
    );
  }, stallMs).unref();
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      stalled.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(stalled);
  }
}

export function wrongUploadType(got: string | undefined): RestError {
  return new RestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Expected Content-Type ${UPLOAD_TYPES.join(' or ')}, got ${got === undefined ? 'none' : JSON.stringify(got.slice(0, 100))}. ` +
      'With curl: curl -H "Content-Type: application/octet-stream" --data-binary @model.onnx …/artifacts',
  );
}

// The digest names the file's own bytes, so they must arrive as they are.
function checkEncoding(headers: IncomingMessage['headers']): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new RestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Expected the file's bytes as they are, got Content-Encoding "${encoding}".`,
  );
}

function announcedDigest(query: unknown, header: string | string[] | undefined): string | undefined {
  const fromQuery = query === undefined ? undefined : digestInQuery(query);
  const fromHeader = header === undefined ? undefined : digestInHeader([header].flat().join(','));
  if (fromQuery !== undefined && fromHeader !== undefined && fromQuery !== fromHeader) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `?digest= says ${fromQuery} and Content-Digest says ${fromHeader}: send one of them.`,
    );
  }
  return fromQuery ?? fromHeader;
}

function digestInQuery(query: unknown): string {
  if (typeof query === 'string' && /^sha256:[0-9a-f]{64}$/.test(query)) return query;
  throw new DomainError(
    'INVALID_ARGUMENT',
    'Expected ?digest= to be "sha256:" and 64 lower-case hexadecimal digits, once.',
    {
      field: ['digest'],
    },
  );
}

// Other algorithms in the header are legal and not ours to check.
function digestInHeader(header: string): string | undefined {
  const value = /(?:^|,)\s*sha-256=([^,;]*)/.exec(header)?.[1];
  if (value === undefined) return undefined;
  const encoded = /^:([A-Za-z0-9+/]{43}=):\s*$/.exec(value)?.[1];
  if (encoded !== undefined) return `sha256:${Buffer.from(encoded, 'base64').toString('hex')}`;
  throw new DomainError(
    'INVALID_ARGUMENT',
    'Expected Content-Digest as sha-256=:<base64 of 32 bytes>: (RFC 9530).',
  );
}
