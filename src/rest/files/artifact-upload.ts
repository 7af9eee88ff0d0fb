import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../platform/errors.js';
import { RestError } from '../rest-error.js';

/** What a route takes in as it is, and how to send it. */
export interface UploadRoute {
  readonly path: string;
  readonly types: readonly string[];
  readonly exampleFile: string;
  /** Whether what was sent can be read again below the path. */
  readonly isRead?: boolean;
}

/** An upload that sends nothing for this long has died without saying so. */
const STALL_MS = 60_000;

/** What became of an upload. */
export interface ReceivedUpload {
  readonly digest: string;
  readonly size: number;
  readonly alreadyStored: boolean;
}

export type Receive = (
  bytes: AsyncGenerator<Uint8Array>,
  options: AnnouncedUpload & { readonly signal: AbortSignal },
  request: FastifyRequest,
) => Promise<ReceivedUpload>;

/** What the headers announce about the bytes to come. */
export interface AnnouncedUpload {
  readonly expectedBytes?: number;
  readonly expectedDigest?: string;
}

/** Takes bytes in at the route's path, and answers `{digest, size}`: 201 when they are new, 200 when they were stored already. */
export function registerUpload(app: FastifyInstance, route: UploadRoute, receive: Receive): void {
  readRawUploads(app, route);
  app.post(route.path, async (request, reply): Promise<FastifyReply> => {
    const body = uploadBody(request, route);
    const options = { ...announcedUpload(request), signal: senderLeft(body) };
    const { digest, size, alreadyStored } = await receive(uploadedBytes(body), options, request);
    if (route.isRead === true) reply.header('location', `${route.path}/${digest}`);
    return reply.code(alreadyStored ? 200 : 201).send({ digest, size });
  });
}

/**
 * Reads the announced length and digest (`?digest=sha256:…` or `Content-Digest: sha-256=:…:`, RFC 9530).
 * @throws RestError UNSUPPORTED_MEDIA_TYPE, DomainError INVALID_ARGUMENT
 */
function announcedUpload(request: FastifyRequest): AnnouncedUpload {
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

/**
 * Makes the routes of this scope read raw bytes and nothing else. The types an HTML form can send are refused, so no other
 * site's form can upload.
 */
function readRawUploads(app: FastifyInstance, route: UploadRoute): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...route.types], (_request, body, done) => done(null, body));
  app.addContentTypeParser('*', (request, _body, done) =>
    done(wrongUploadType(route, request.headers['content-type'])),
  );
}

/** The bytes to come. @throws RestError UNSUPPORTED_MEDIA_TYPE when there is no body and no type: nothing was parsed */
function uploadBody({ body }: FastifyRequest, route: UploadRoute): IncomingMessage {
  if (body === undefined) throw wrongUploadType(route, undefined);
  return body as IncomingMessage;
}

/** Aborts when the sender leaves before everything has come. */
function senderLeft(body: IncomingMessage): AbortSignal {
  const left = new AbortController();
  body.once('close', () => {
    if (!body.complete) left.abort(body.errored ?? new Error('The client left before the upload was whole.'));
  });
  return left.signal;
}

function wrongUploadType({ path, types, exampleFile }: UploadRoute, got: string | undefined): RestError {
  return new RestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Expected Content-Type ${types.join(' or ')}, got ${got === undefined ? 'none' : JSON.stringify(got.slice(0, 100))}. ` +
      `With curl: curl -H "Content-Type: ${types[0] ?? ''}" --data-binary @${exampleFile} …${path}`,
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
