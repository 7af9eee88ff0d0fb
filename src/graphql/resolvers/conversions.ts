import type { JsonObject } from '../../platform/events/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { payload } from '../http/payload.js';

export const conversionResolvers = {
  Mutation: {
    startConversion: (_, { input: { reason, ...asked } }, { caller, jobs }) =>
      payload({ job: null }, async () => ({
        job: await jobs.start(caller, {
          kind: 'CONVERT_MODEL',
          asked: { ...asked, reason: reason ?? null } as unknown as JsonObject,
          reason,
        }),
      })),
  },
  VersionComparison: {
    conversions: ({ base, target }) => ({ base: base.conversion, target: target.conversion }),
  },
  ConversionSource: {
    size: ({ size }) => BigInt(size),
    url: ({ digest }) => `/artifacts/${digest}`,
  },
} satisfies Resolvers;
