import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rowsFormat, type ResultFiles, type StoredResult } from '../../batch/index.js';
import { FILE_FORMATS, FORMAT_FACTS, type FileFormat } from '../../datafiles/index.js';
import type { JobRecord, JobService } from '../../jobs/index.js';
import { DomainError } from '../../platform/errors.js';
import { requestedRange } from './byte-range.js';
import { RestError } from '../rest-error.js';

const UUID = /^(?:Job:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

interface JobRoute {
  readonly Params: { readonly id: string };
  readonly Querystring: { readonly partial?: string };
}

/**
 * `GET` and `HEAD /jobs/<id>/result`: what a job found: the file it wrote, whole or by range, or else JSON. Of a job that is not
 * over, or was not brought to its end, `?partial=true` answers the rows that are there.
 */
export function registerJobRoutes(
  app: FastifyInstance,
  jobs: Pick<JobService, 'find' | 'resultOf'>,
  results?: Pick<ResultFiles, 'find'>,
): void {
  app.route<JobRoute>({
    method: ['GET', 'HEAD'],
    url: '/jobs/:id/result',
    handler: async (request, reply) => {
      const { id } = request.params;
      const own = uuidOf(id);
      const job = own === undefined ? null : await jobs.find(own);
      if (!job)
        throw notFound(`Expected the id of a job that is kept here, got ${JSON.stringify(id.slice(0, 80))}.`);
      const format = fileFormatOf(job);
      if (format !== null)
        return sendFile(request, reply, job, format, (await results?.find(job.id)) ?? null);
      if (job.state !== 'SUCCEEDED')
        throw notFound(`This job has no result: it is ${job.state}. Watch it until it has succeeded.`);
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="job-${job.id}.json"`)
        .send(JSON.stringify(await jobs.resultOf(job.id), null, 2));
    },
  });
}

function sendFile(
  request: FastifyRequest<JobRoute>,
  reply: FastifyReply,
  job: JobRecord,
  format: FileFormat,
  found: StoredResult | null,
): FastifyReply {
  const isDone = job.state === 'SUCCEEDED' && found?.isWhole === true;
  if (found === null && job.state === 'SUCCEEDED')
    throw notFound('The result of this job was removed: results are kept for a week. Start another.');
  if (!isDone && request.query.partial !== 'true')
    throw notFound(
      `This job has no result: it is ${job.state}. ${found === null ? 'Watch it until it has succeeded.' : 'With ?partial=true it answers the rows that are there.'}`,
    );
  if (found === null) throw notFound(`This job has written nothing: it is ${job.state}.`);
  const input = checkedFormat(job.input.format) ?? format;
  const written = found.isWhole ? format : rowsFormat({ format: input, outputFormat: format });
  const { extension, mediaType } = FORMAT_FACTS[written];
  const { size, path } = found;
  const etag = `"${job.id}-${size}"`;
  const { headers } = request;
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = isSame ? requestedRange(headers.range, size) : 'whole';
  if (range === 'unsatisfiable')
    throw new RestError(
      'RANGE_NOT_SATISFIABLE',
      `The result has ${size} bytes, got Range "${headers.range ?? ''}".`,
      { 'content-range': `bytes */${size}` },
    );
  reply
    .headers({ etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'bytes' })
    .type(mediaType)
    .header('content-disposition', `attachment; filename="job-${job.id}${extension}"`)
    .header('content-length', range === 'whole' ? size : range.end - range.start + 1);
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  if (request.method === 'HEAD' || size === 0) return reply.send(request.method === 'HEAD' ? undefined : '');
  return reply.send(
    createReadStream(path, range === 'whole' ? { end: size - 1 } : { start: range.start, end: range.end }),
  );
}

/** Of a job that writes a file. */
function fileFormatOf({ input }: JobRecord): FileFormat | null {
  return checkedFormat(input.outputFormat);
}

function checkedFormat(given: unknown): FileFormat | null {
  return FILE_FORMATS.find((format) => format === given) ?? null;
}

/** As GraphQL answers ids, or the id inside. */
function uuidOf(id: string): string | undefined {
  return (UUID.exec(id) ?? UUID.exec(Buffer.from(id, 'base64url').toString('latin1')))?.[1];
}

function notFound(message: string): DomainError {
  return new DomainError('JOB_NOT_FOUND', message, { field: ['id'] });
}
