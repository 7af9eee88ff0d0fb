import type { Resolvers } from '../__generated__/resolvers.js';
import { existing } from '../existing.js';
import { payload } from '../http/payload.js';
import { duration } from '../scalars.js';

export const driftResolvers = {
  Duration: duration,
  Mutation: {
    setReferenceDistribution: (_, { input }, { caller, references, signal }) =>
      payload({ reference: null, version: null }, () => {
        const { recordedFrom } = input;
        const request = {
          ...input,
          recordedFrom: recordedFrom && {
            deployment: recordedFrom.deployment,
            windowMs: recordedFrom.window,
          },
        };
        return references.set(caller, request, signal);
      }),
  },
  Version: {
    reference: ({ id }, _, { loaders }) => loaders.referenceOfVersion.load(id),
  },
  Deployment: {
    drift: (deployment, { window }, { drift }) => drift.report(deployment, window),
  },
  DriftReport: {
    deployment: ({ deploymentId }, _, { loaders }) =>
      existing(loaders.deployment.load(deploymentId), 'deployment'),
  },
  FeatureDrift: {
    referenceRows: ({ referenceRows }) => BigInt(referenceRows),
    liveRows: ({ liveRows }) => BigInt(liveRows),
  },
  ReferenceDistribution: {
    rows: ({ rows }) => BigInt(rows),
    unansweredRows: ({ unanswered }) => BigInt(unanswered),
  },
  ReferenceFeature: {
    rows: ({ rows }) => BigInt(rows),
    missingRows: ({ missing }) => BigInt(missing),
  },
} satisfies Resolvers;
