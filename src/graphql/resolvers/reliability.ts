import type { Resolvers } from '../__generated__/resolvers.js';

export const reliabilityResolvers = {
  Prediction: {
    interval: ({ interval }) => interval ?? null,
    domain: (prediction) => prediction.verdict?.() ?? null,
  },
  PredictedValue: {
    interval: ({ interval }) => interval ?? null,
    set: ({ set }) => set ?? null,
  },
  Version: { report: (version, { format }, { reports }) => reports.write(version, format) },
  Deployment: { outOfDomain: ({ revision }) => revision.outOfDomain },
} satisfies Resolvers;
