import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.js';
import { GitFailedError, GitMissingError, readOnly, type GitService } from '../git/index.js';
import { callerIsGone } from '../http/index.js';
import { requestedOrigin } from '../security/index.js';
import { refusalFor } from './error-mapping.js';
import { requestFieldsOf } from './request-log.js';
import { HTTP_STATUS, RestError } from './rest-error.js';

/** What a client has, told commit by commit: a history of hundreds of thousands. */
const MAX_BODY_BYTES = 16 * 1024 ** 2;
const MAX_BATCH_BYTES = 1024 ** 2;
const REQUEST_TYPE = 'application/x-git-upload-pack-request';
const LFS_TYPE = 'application/vnd.git-lfs+json';

/** A packet of 30 bytes, and the packet that ends the section. */
const SERVICE_LINE = '001e# service=git-upload-pack\n0000';

interface RepositoryParams {
  readonly repository: string;
}

/**
 * `git clone http://…/git/<model>.git`: Git's smart HTTP protocol (gitprotocol-http(5)), for reading, and the batch API of
 * Git LFS for the artifacts. Needs a scope of its own: Git shows its user plain text and nothing else.
 */
export async function registerGitRoutes(app: FastifyInstance, git: GitService): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    REQUEST_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.addContentTypeParser(
    [LFS_TYPE, 'application/json'],
    { parseAs: 'string', bodyLimit: MAX_BATCH_BYTES },
    app.getDefaultJsonParser('error', 'error'),
  );
  app.setErrorHandler(answerGitError);

  app.route<{ Params: RepositoryParams; Querystring: { service?: string } }>({
    method: 'GET',
    url: '/git/:repository/info/refs',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      checkService(request.query.service);
      const protocol = gitProtocol(request);
      const answer = await git.fetch(modelOf(request), { protocol, body: undefined, signal: leaving(reply) });
      reply.type('application/x-git-upload-pack-advertisement').header('cache-control', 'no-cache');
      // Protocol 2 begins without it, as in git-http-backend(1).
      if (!/(?:^|:)version=2(?:$|:)/.test(protocol ?? '')) answer.unshift(SERVICE_LINE);
      return reply.send(answer);
    },
  });

  app.post<{ Params: RepositoryParams }>('/git/:repository/git-upload-pack', async (request, reply) => {
    const body = await requestBody(request);
    const protocol = gitProtocol(request);
    const answer = await git.fetch(modelOf(request), { protocol, body, signal: leaving(reply) });
    return reply
      .type('application/x-git-upload-pack-result')
      .header('cache-control', 'no-cache')
      .send(answer);
  });

  // Refused before the body is read, whatever it is.
  app.post('/git/:repository/git-receive-pack', {
    onRequest: async () => {
      throw readOnly();
    },
    handler: async () => undefined,
  });

  app.post<{ Params: RepositoryParams }>(
    '/git/:repository/info/lfs/objects/batch',
    async (request, reply) => {
      const origin = requestedOrigin(request);
      const answer = await git.lfsBatch(
        modelOf(request),
        request.body,
        (digest) => `${origin}/artifacts/${digest}`,
      );
      return reply.type(LFS_TYPE).header('cache-control', 'no-store').send(JSON.stringify(answer));
    },
  );
}

function modelOf({ params }: FastifyRequest<{ Params: RepositoryParams }>): string {
  return params.repository.replace(/\.git$/, '');
}

function checkService(service: string | undefined): void {
  if (service === 'git-upload-pack') return;
  if (service === 'git-receive-pack') throw readOnly();
  throw new RestError(
    'BAD_REQUEST',
    'Expected ?service=git-upload-pack: clone with Git 1.6.6 or newer, this is not a folder of files.',
  );
}

/** It becomes a variable of a process, so nothing goes in but what Git itself sends. */
function gitProtocol({ headers }: FastifyRequest): string | undefined {
  const protocol = headers['git-protocol'];
  return typeof protocol === 'string' && /^[\w.=:-]{1,100}$/.test(protocol) ? protocol : undefined;
}

function leaving({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) left.abort(new Error('The client left before the answer was whole.'));
  });
  return left.signal;
}

/** Git compresses what is longer than a kilobyte. */
async function requestBody({ body, headers }: FastifyRequest): Promise<Buffer> {
  if (!Buffer.isBuffer(body))
    throw new RestError('UNSUPPORTED_MEDIA_TYPE', `Expected Content-Type ${REQUEST_TYPE}.`);
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new RestError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Expected Content-Encoding gzip or none, got "${encoding.slice(0, 100)}".`,
    );
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RestError('BAD_REQUEST', 'The body is not gzip, though its Content-Encoding says so.');
  }
}

function tooLarge(): RestError {
  return new RestError(
    'PAYLOAD_TOO_LARGE',
    `Expected at most ${MAX_BODY_BYTES} bytes of a request of Git, got more.`,
  );
}

function answerGitError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalFor(inWords(error));
  const { code, message, headers } = refusal;
  if (refusal.unexpected) {
    const level = callerIsGone(request, error) ? 'debug' : 'error';
    request.log[level]({ err: error, ...requestFieldsOf(request) }, 'request failed');
  }
  const isLfs = request.url.includes('/info/lfs/');
  void reply
    .code(HTTP_STATUS[code])
    .headers({ ...headers, 'cache-control': 'no-store' })
    .type(isLfs ? LFS_TYPE : 'text/plain; charset=utf-8')
    .send(isLfs ? JSON.stringify({ message, request_id: request.id }) : `${message}\n`);
}

function inWords(error: unknown): unknown {
  if (error instanceof GitMissingError)
    return new RestError(
      'NOT_IMPLEMENTED',
      'Cloning needs Git on the server, and it is not installed there. Its operator has to install the package "git"; it is found without a restart.',
    );
  const isFull = /^(?:ENOSPC|EDQUOT)$/.test(String((error as { code?: unknown }).code));
  if (
    isFull ||
    (error instanceof GitFailedError && /No space left on device|Disk quota exceeded/.test(error.output))
  )
    return new DomainError(
      'STORAGE_FULL',
      "The server's disk is full, so the repository could not be made. Its operator has to free some space; then clone again.",
      { cause: error },
    );
  if (error instanceof GitFailedError)
    return new RestError(
      'BAD_REQUEST',
      "Git could make nothing of this request. The server's log has what it said.",
    );
  const { code } = error as { code?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge();
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new RestError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Expected Content-Type ${REQUEST_TYPE}, or ${LFS_TYPE} for LFS.`,
    );
  return error;
}
