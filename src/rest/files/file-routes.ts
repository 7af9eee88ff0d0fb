import type { FastifyInstance } from 'fastify';
import type { UploadedFiles } from '../../batch/index.js';
import { registerUpload, type UploadRoute } from './artifact-upload.js';

/** What programs send such files as; none that an HTML form can send. */
const UPLOAD: UploadRoute = {
  path: '/files',
  types: [
    'application/octet-stream',
    'text/csv',
    'text/tab-separated-values',
    'application/x-ndjson',
    'application/jsonl',
    'application/gzip',
    'application/vnd.apache.parquet',
    'chemical/x-mdl-sdfile',
    'chemical/x-daylight-smiles',
    'image/jpeg',
    'image/png',
    'image/webp',
    'image/gif',
    'image/tiff',
    'image/avif',
  ],
  exampleFile: 'molecules.csv',
};

/** `POST /files` streams a file of rows or a picture in, for jobs and instances that name it, and answers `{digest, size}`. */
export async function registerFileRoutes(app: FastifyInstance, uploads: UploadedFiles): Promise<void> {
  registerUpload(app, UPLOAD, (bytes, options) => uploads.receive(bytes, options));
}
