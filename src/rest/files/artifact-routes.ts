import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { putBundle, type ArtifactStore, type PackedAs } from '../../artifacts/index.js';
import { registerUpload, type UploadRoute } from './artifact-upload.js';
import { requestedRange } from './byte-range.js';
import { RestError } from '../rest-error.js';

const UPLOAD: UploadRoute = {
  path: '/artifacts',
  types: ['application/octet-stream', 'application/x-onnx', 'application/x-tar', 'application/zip'],
  exampleFile: 'model.onnx',
  isRead: true,
};

/** A model with the files its weights lie in. */
const PACKED: Readonly<Record<string, PackedAs>> = { 'application/x-tar': 'tar', 'application/zip': 'zip' };

interface ArtifactParams {
  readonly digest: string;
}

/**
 * `POST /artifacts` streams a file in and answers `{digest, size}`: 201 when new, 200 when the same bytes were stored
 * already. Of a tar or zip, a bundle is stored, whose digest is not that of the bytes sent. `GET` and `HEAD /artifacts/sha256:…` stream it out, whole or by range.
 */
export async function registerArtifactRoutes(app: FastifyInstance, artifacts: ArtifactStore): Promise<void> {
  registerUpload(app, UPLOAD, (bytes, options, request) => {
    const packedAs = PACKED[mediaType(request)];
    return packedAs === undefined
      ? artifacts.put(bytes, options)
      : putBundle(artifacts, bytes, { ...options, packedAs });
  });

  app.route<{ Params: ArtifactParams }>({
    method: ['GET', 'HEAD'],
    url: '/artifacts/:digest',
    handler: async (request, reply) => sendArtifact(artifacts, request, reply),
  });
}

async function sendArtifact(
  artifacts: ArtifactStore,
  request: FastifyRequest<{ Params: ArtifactParams }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { digest, size } = await artifacts.stat(request.params.digest);
  const etag = `"${digest}"`;
  const { headers } = request;
  if (
    headers['if-none-match']
      ?.split(',')
      .some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, ''))) === true
  ) {
    return reply.headers(immutable(etag)).code(304).send();
  }
  const rangeStillValid = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = rangeStillValid ? requestedRange(headers.range, size) : 'whole';
  if (range === 'unsatisfiable') {
    throw new RestError(
      'RANGE_NOT_SATISFIABLE',
      `The file has ${size} bytes, got Range "${headers.range ?? ''}".`,
      {
        'content-range': `bytes */${size}`,
      },
    );
  }
  const isBundle = await artifacts.isBundle(digest);
  const isHead = request.method === 'HEAD';
  // A part says nothing of the rest, so the whole is looked at first.
  if (range !== 'whole' && !isHead) await artifacts.check(digest);
  reply
    .headers(immutable(etag))
    .type(isBundle ? 'application/x-tar' : 'application/octet-stream')
    .header(
      'content-disposition',
      `attachment; filename="${digest.slice(-64, -52)}.${isBundle ? 'tar' : 'onnx'}"`,
    );
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  reply.header('content-length', range === 'whole' ? size : range.end - range.start + 1);
  if (isHead) return reply.send();
  return reply.send(range === 'whole' ? artifacts.readChecked(digest) : artifacts.read(digest, range));
}

/** An address made of the content can never mean anything else. */
function immutable(etag: string): Record<string, string> {
  return { etag, 'cache-control': 'private, max-age=31536000, immutable', 'accept-ranges': 'bytes' };
}

function mediaType({ headers }: FastifyRequest): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
