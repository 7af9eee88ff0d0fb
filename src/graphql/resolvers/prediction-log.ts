import type { LoggedPredictionRecord } from '../../monitoring/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { connect } from '../connections.js';
import { encoded } from '../encoded-tensor.js';
import { existing } from '../existing.js';
import { payload } from '../http/payload.js';
import { loggedPredictionCursors } from '../positions.js';

const count = ({ count: counted }: { readonly count: number }) => BigInt(counted);
const answer = ({ content }: LoggedPredictionRecord) => (content.operation === 'PREDICT' ? content : null);
const tensors = ({ content }: LoggedPredictionRecord) => (content.operation === 'INFER' ? content : null);

export const predictionLogResolvers = {
  Mutation: {
    recordOutcome: (_, { input }, { caller, outcomes }) =>
      payload({ outcome: null }, async () => ({
        outcome: (await outcomes.record(caller, input)).prediction,
      })),
    deleteLoggedPredictions: (_, { input }, { caller, predictionLog }) =>
      payload({ deployment: null, removedCount: null }, () => predictionLog.remove(caller, input)),
  },
  Deployment: {
    predictionLogging: ({ revision }) => revision.predictionLog,
    predictionLog: async (deployment, { filter, ...page }, { predictionLog }) => {
      const { errorKind, ...given } = filter ?? {};
      const wanted = await predictionLog.filterOf(deployment, { ...given, errorCode: errorKind });
      return connect(page, {
        cursors: loggedPredictionCursors,
        position: ({ seq }) => seq,
        page: (window) => predictionLog.page(deployment, wanted, window),
        count: () => predictionLog.count(deployment, wanted),
      });
    },
    liveError: (deployment, { window, result }, { outcomes }) =>
      outcomes.liveError(deployment, window, result ?? null),
  },
  DeploymentRevision: { predictionLogging: ({ predictionLog }) => predictionLog },
  PredictionLogSettings: {
    retention: ({ retentionMs }) => retentionMs,
    maxBytes: ({ maxBytes }) => BigInt(maxBytes),
  },
  LoggedPrediction: {
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
    instance: (prediction) => answer(prediction)?.instance ?? null,
    value: (prediction) => answer(prediction)?.value ?? null,
    unit: (prediction) => answer(prediction)?.unit ?? null,
    warnings: (prediction) => answer(prediction)?.warnings ?? [],
    error: (prediction) => answer(prediction)?.error ?? null,
    inputs: (prediction, { encoding }) =>
      tensors(prediction)?.inputs.map((tensor) => encoded(tensor, encoding)) ?? null,
    outputs: (prediction, { encoding }) =>
      tensors(prediction)?.outputs.map((tensor) => encoded(tensor, encoding)) ?? null,
    masked: ({ content }) => content.masked,
    outcome: (prediction) => (prediction.outcome ? prediction : null),
  },
  Outcome: {
    prediction: (prediction) => prediction,
    value: ({ outcome }) => outcome?.value,
    at: ({ outcome, at }) => outcome?.at ?? at,
    recordedAt: ({ outcome, at }) => outcome?.recordedAt ?? at,
    recordedBy: ({ outcome }) => outcome?.recordedBy ?? '',
    reason: ({ outcome }) => outcome?.reason ?? null,
    replacements: ({ outcome }) => outcome?.replacements ?? 0,
  },
  LiveError: { count },
  LiveErrorOfDay: { count },
  LiveCoverage: { count, covered: ({ covered }) => BigInt(covered) },
  LiveErrorOfVersion: {
    count,
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
  },
} satisfies Resolvers;
