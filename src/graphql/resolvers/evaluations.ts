import type { JsonObject } from '../../platform/events/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';

export const evaluationResolvers = {
  Mutation: {
    evaluateVersion: (_, { input: { reason, ...asked } }, { caller, jobs }) =>
      payload({ job: null }, async () => ({
        job: await jobs.start(caller, { kind: 'EVALUATE_VERSION', asked: asked as JsonObject, reason }),
      })),
  },
  Version: {
    evaluations: ({ id }, _, { loaders }) => loaders.evaluationsOfVersion.load(id),
  },
  Evaluation: {
    job: ({ jobId }, _, { jobs }) => jobs.find(jobId),
  },
  MeasuredMetric: {
    low: ({ interval }) => interval?.low ?? null,
    high: ({ interval }) => interval?.high ?? null,
  },
} satisfies Resolvers;
