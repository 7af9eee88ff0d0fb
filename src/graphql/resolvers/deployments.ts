import type { Resolvers } from '../__generated__/resolvers.js';
import { connect, pageOf } from '../connections.js';
import { encoded } from '../encoded-tensor.js';
import { existing } from '../existing.js';
import { encodeNodeId } from '../node-id.js';
import { payload } from '../http/payload.js';
import { deploymentCursors, recordedRequestCursors, revisionCursors } from '../positions.js';

export const deploymentResolvers = {
  Query: {
    deployment: (_, { name }, { deployments }) => deployments.find(name),
    deployments: (_, { filter, ...page }, { deployments }) => {
      const wanted = { model: filter?.model ?? undefined, states: filter?.states ?? undefined };
      return connect(page, {
        cursors: deploymentCursors,
        position: ({ name }) => ({ name }),
        page: (window) => deployments.page({ filter: wanted, ...window }),
        count: () => deployments.count(wanted),
      });
    },
  },
  Mutation: {
    deployVersion: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({
        deployment: await deployments.deploy(caller, input),
      })),
    updateDeployment: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({
        deployment: await deployments.update(caller, input),
      })),
    undeploy: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null }, async () => ({ deployment: await deployments.undeploy(caller, input) })),
    clearRecordedRequests: (_, { input }, { caller, deployments }) =>
      payload({ deployment: null, removedCount: null }, () =>
        deployments.clearRecordedRequests(caller, input),
      ),
  },
  Deployment: {
    id: ({ id }) => encodeNodeId('Deployment', id),
    model: ({ modelId }, _, { loaders }) => existing(loaders.model.load(modelId), 'model'),
    version: ({ revision }, _, { loaders }) => existing(loaders.version.load(revision.versionId), 'version'),
    revisions: ({ id }, page, { loaders }) =>
      connect(page, {
        cursors: revisionCursors,
        position: ({ number }) => number,
        page: async (window) => {
          const newestFirst = [...(await loaders.revisionsOfDeployment.load(id))].sort(
            (a, b) => b.number - a.number,
          );
          return pageOf(newestFirst, window, (revision, number) => number - revision.number);
        },
        count: async () => (await loaders.revisionsOfDeployment.load(id)).length,
      }),
    runtime: ({ revision }) => revision.runtime,
    batching: ({ name }, _, { deployments }) => deployments.batchingOf(name),
    limits: ({ revision }) => revision.limits,
    cache: ({ revision }) => revision.cache,
    recording: ({ revision }) => revision.recording,
    recordedRequests: ({ id }, page, { loaders, recordedRequests }) =>
      connect(page, {
        cursors: recordedRequestCursors,
        position: (request) => request.id,
        page: (window) => loaders.recordedPage.load({ owner: id, window }),
        count: () => recordedRequests.count(id),
      }),
    loaded: ({ name }, _, { deployments }) => deployments.loadedState(name).loaded,
    memoryBytes: ({ name }, _, { deployments }) => {
      const { memoryBytes } = deployments.loadedState(name);
      return memoryBytes === null ? null : BigInt(memoryBytes);
    },
    processIds: ({ name }, _, { deployments }) => deployments.loadedState(name).processIds,
  },
  Runtime: {
    maxMemoryBytes: ({ maxMemoryBytes }) => (maxMemoryBytes === null ? null : BigInt(maxMemoryBytes)),
  },
  Batching: {
    reason: ({ proof }) => (proof.enabled ? null : proof.reason),
    enabled: ({ proof }) => proof.enabled,
    rowsIndependent: ({ proof }) => proof.rows.independence,
    rowsIndependentReason: ({ proof }) => proof.rows.reason,
    maxBatchSize: ({ proof }) => (proof.enabled ? proof.maxBatchSize : null),
    maxDifference: ({ proof }) => (proof.enabled ? proof.maxDifference : null),
    maxDelayMs: ({ settings }) => settings.maxDelayMicroseconds / 1_000,
    maxDelayMicroseconds: ({ settings }) => settings.maxDelayMicroseconds,
    preferredBatchSizes: ({ settings }) => settings.preferredBatchSizes,
    latencyTargetMs: ({ settings }) => settings.latencyTargetMs,
  },
  BatchingSettings: {
    maxDelayMs: ({ maxDelayMicroseconds }) => maxDelayMicroseconds / 1_000,
  },
  RecordedRequest: {
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
    instances: async (request, _, { loaders }) => {
      const content = await loaders.recordedContent.load(request);
      return content?.operation === 'PREDICT' ? content.instances : null;
    },
    inputs: async (request, { encoding }, { loaders }) => {
      const content = await loaders.recordedContent.load(request);
      return content?.operation === 'INFER'
        ? content.inputs.map((tensor) => encoded(tensor, encoding))
        : null;
    },
  },
  DeploymentRevision: {
    id: ({ id }) => encodeNodeId('DeploymentRevision', id),
    deployment: ({ deploymentId }, _, { loaders }) =>
      existing(loaders.deployment.load(deploymentId), 'deployment'),
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
  },
} satisfies Resolvers;
