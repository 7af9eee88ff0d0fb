import type { JobKind, JobRecord } from '../../jobs/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { connect } from '../connections.js';
import type { RequestContext } from '../context.js';
import { endingAtOnce } from '../ending-at-once.js';
import { payload } from '../http/payload.js';
import { decodeNodeIdOf, encodeNodeId } from '../node-id.js';
import { jobCursors } from '../positions.js';

export const jobResolvers = {
  Query: {
    job: (_, { id }, { jobs }) => jobs.find(decodeNodeIdOf('Job', id)),
    jobs: (_, { filter, ...page }, { jobs }) => {
      const wanted = { states: filter?.states ?? undefined, kinds: filter?.kinds ?? undefined };
      return connect(page, {
        cursors: jobCursors,
        position: ({ number }) => number,
        page: (window) => jobs.page(wanted, window),
        count: () => jobs.count(wanted),
      });
    },
  },
  Mutation: {
    startArtifactVerification: (_, { input }, context) =>
      started(context, 'VERIFY_ARTIFACTS', {}, input.reason),
    startArtifactFetch: (_, { input: { location, reason } }, context) =>
      started(context, 'FETCH_ARTIFACT', location as JsonObject, reason),
    startVersionComparison: (_, { input: { reason, ...asked } }, context) =>
      started(context, 'COMPARE_VERSIONS', asked, reason),
    startBatchPrediction: (_, { input: { reason, ...asked } }, context) =>
      started(context, 'BATCH_PREDICTION', asked as JsonObject, reason),
    pauseJob: (_, { input }, context) =>
      changed(context, (jobs, id) => jobs.pause(context.caller, { ...input, id }), input.id),
    resumeJob: (_, { input }, context) =>
      changed(context, (jobs, id) => jobs.resume(context.caller, { ...input, id }), input.id),
    cancelJob: (_, { input }, context) =>
      changed(context, (jobs, id) => jobs.cancel(context.caller, { ...input, id }), input.id),
  },
  Subscription: {
    jobProgress: {
      subscribe: (_, { id }, { jobs, signal }) => {
        const job = decodeNodeIdOf('Job', id);
        return endingAtOnce((left) => jobs.watch(job, left), signal);
      },
      resolve: (job: JobRecord) => job,
    },
  },
  Job: {
    id: ({ id }) => encodeNodeId('Job', id),
    attempts: ({ attempt }) => attempt,
    result: (job, _, { jobs }) => (job.state === 'SUCCEEDED' ? jobs.resultOf(job.id) : null),
    resultUrl: ({ id, state }) => (state === 'SUCCEEDED' ? `/jobs/${encodeNodeId('Job', id)}/result` : null),
  },
} satisfies Resolvers;

function started(
  context: RequestContext,
  kind: JobKind,
  asked: JsonObject,
  reason: string | null | undefined,
) {
  return payload({ job: null }, async () => ({
    job: await context.jobs.start(context.caller, { kind, asked, reason }),
  }));
}

function changed(
  { jobs }: RequestContext,
  work: (jobs: RequestContext['jobs'], id: string) => Promise<JobRecord>,
  id: string,
) {
  return payload({ job: null }, async () => ({ job: await work(jobs, decodeNodeIdOf('Job', id)) }));
}
