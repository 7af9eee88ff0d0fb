import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { archiveFileName, type TransferService } from '../../transfer/index.js';
import { registerUpload, type UploadRoute } from './artifact-upload.js';

const UPLOAD: UploadRoute = {
  path: '/archives',
  types: ['application/x-tar', 'application/octet-stream'],
  exampleFile: 'model.tar',
};

/**
 * `GET` and `HEAD /models/<name>/archive` stream a model out as it is at that instant; `POST /archives` streams an archive in, for
 * `importModel`, and answers `{digest, size}`.
 */
export async function registerArchiveRoutes(app: FastifyInstance, transfer: TransferService): Promise<void> {
  registerUpload(app, UPLOAD, (bytes, options) => transfer.receiveArchive(bytes, options));

  app.route<{ Params: { name: string } }>({
    method: ['GET', 'HEAD'],
    url: '/models/:name/archive',
    handler: async (request, reply) => sendArchive(transfer, request, reply),
  });
}

async function sendArchive(
  transfer: TransferService,
  request: FastifyRequest<{ Params: { name: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { name } = request.params;
  const archive = await transfer.exportModel(name);
  const etag = `"${archive.manifestDigest}"`;
  // What is true now may not be in a moment: asked for again each time, and answered with 304 while it is.
  reply.headers({ etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'none' });
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.some((tag) => tag === etag || tag === '*') === true) return reply.code(304).send();
  reply
    .type('application/x-tar')
    .header('content-disposition', `attachment; filename="${archiveFileName(name)}"`)
    .header('content-length', archive.size);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(archive.write(), { objectMode: false, highWaterMark: 1 << 20 }));
}
