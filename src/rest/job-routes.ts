import type { FastifyInstance } from 'fastify';
import type { JobService } from '../jobs/index.js';
import { DomainError } from '../platform/errors.js';

const UUID = /^(?:Job:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** `GET /jobs/<id>/result`: what a job found, as JSON. */
export function registerJobRoutes(app: FastifyInstance, jobs: Pick<JobService, 'find' | 'resultOf'>): void {
  app.get<{ Params: { id: string } }>('/jobs/:id/result', async ({ params: { id } }, reply) => {
    const own = uuidOf(id);
    const job = own === undefined ? null : await jobs.find(own);
    if (!job)
      throw notFound(`Expected the id of a job that is kept here, got ${JSON.stringify(id.slice(0, 80))}.`);
    if (job.state !== 'SUCCEEDED')
      throw notFound(`This job has no result: it is ${job.state}. Watch it until it has succeeded.`);
    return reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="job-${job.id}.json"`)
      .send(JSON.stringify(await jobs.resultOf(job.id), null, 2));
  });
}

/** As GraphQL answers ids, or the id inside. */
function uuidOf(id: string): string | undefined {
  return (UUID.exec(id) ?? UUID.exec(Buffer.from(id, 'base64url').toString('latin1')))?.[1];
}

function notFound(message: string): DomainError {
  return new DomainError('JOB_NOT_FOUND', message, { field: ['id'] });
}
