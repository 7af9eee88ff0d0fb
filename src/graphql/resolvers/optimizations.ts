import { paretoPlot, readOptimizationResult } from '../../optimize/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';

export const optimizationResolvers = {
  Mutation: {
    optimizeVersion: (_, { input: { reason, ...asked } }, { caller, jobs }) =>
      payload({ job: null }, async () => ({
        job: await jobs.start(caller, { kind: 'OPTIMIZE_VERSION', asked: plain(asked), reason }),
      })),
  },
  Job: {
    optimization: async (job, _, { jobs }) =>
      job.kind === 'OPTIMIZE_VERSION' && job.state === 'SUCCEEDED'
        ? (readOptimizationResult(await jobs.resultOf(job.id))?.optimization ?? null)
        : null,
  },
  Optimization: {
    originVersion: ({ origin }) => origin.version,
    originDigest: ({ origin }) => origin.digest,
    chosen: ({ candidates, chosen }) => candidates.find(({ name }) => name === chosen) ?? null,
    front: ({ candidates }) => candidates.filter(({ onFront }) => onFront),
    plot: (optimization, { rows }) => paretoPlot(optimization, rows),
  },
  OptimizationFigures: {
    bytes: ({ bytes }) => BigInt(bytes),
    parameters: ({ parameters }) => BigInt(parameters),
    memoryBytes: ({ memoryBytes }) => (memoryBytes === null ? null : BigInt(memoryBytes)),
  },
  OptimizationLoss: {
    low: ({ interval }) => interval?.low ?? null,
    high: ({ interval }) => interval?.high ?? null,
  },
} satisfies Resolvers;

/** As JSON keeps it: inputs have no prototype, and may have fields that are undefined. */
function plain(asked: object): JsonObject {
  return JSON.parse(JSON.stringify(asked)) as JsonObject;
}
