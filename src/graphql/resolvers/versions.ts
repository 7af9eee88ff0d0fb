import { cardOfVersion, citationOf, describeRewrite, remoteOfArtifact } from '../../catalog/index.js';
import { tensorAnnotations } from '../../pipelines/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { annotated } from '../annotated-signature.js';
import { connect } from '../connections.js';
import { encoded } from '../encoded-tensor.js';
import { existing } from '../existing.js';
import { encodeNodeId } from '../node-id.js';
import { payload } from '../http/payload.js';
import { derivativeCursors } from '../positions.js';

export const versionResolvers = {
  Query: {
    version: (_, { ref }, { catalog }) => catalog.findVersion(ref),
  },
  Mutation: {
    publishVersion: (_, { input }, { caller, catalog }) =>
      payload({ version: null }, async () => ({ version: await catalog.publishVersion(caller, input) })),
    tagVersion: (_, { input }, { caller, catalog }) =>
      payload({ version: null }, async () => ({ version: await catalog.tagVersion(caller, input) })),
    untagVersion: (_, { input }, { caller, catalog }) =>
      payload({ version: null }, async () => ({ version: await catalog.untagVersion(caller, input) })),
    collectArtifacts: (_, { input }, { caller, catalog }) =>
      payload({ artifacts: [], count: 0, bytes: 0n }, async () => {
        const { artifacts, ...sums } = await catalog.collectArtifacts(caller, input);
        return { artifacts: artifacts.map(({ digest, size }) => ({ digest, size: BigInt(size) })), ...sums };
      }),
  },
  Version: {
    id: ({ id }) => encodeNodeId('Version', id),
    resolvedAsOf: ({ resolvedAsOf }) => resolvedAsOf ?? null,
    model: ({ modelId }, _, { loaders }) => existing(loaders.model.load(modelId), 'model'),
    tags: ({ id }, _, { loaders }) => loaders.tagsOfVersion.load(id),
    aliases: ({ id }, _, { loaders }) => loaders.aliasesOfVersion.load(id),
    artifact: ({ artifactDigest }, _, { loaders }) =>
      existing(loaders.artifact.load(artifactDigest), 'artifact'),
    signature: (version) => version,
    rewrites: ({ rewrites, signature }) =>
      rewrites.map((rewrite) => ({ ...rewrite, description: describeRewrite(rewrite, signature) })),
    card: async ({ modelId, conversion }, _, { loaders }) =>
      cardOfVersion((await existing(loaders.card.load(modelId), 'model')).card, conversion),
    examples: ({ id }, _, { loaders }) => loaders.examplesOfVersion.load(id),
    derivedFrom: ({ id }, _, { loaders }) => loaders.derivationsOfVersion.load(id),
    derivatives: ({ id }, page, { loaders }) =>
      connect(page, {
        cursors: derivativeCursors,
        position: ({ childId }) => childId,
        page: (window) => loaders.derivatives.load({ owner: id, window }),
        count: async () => (await loaders.derivativeCount.load(id))?.count ?? 0,
      }),
    lineage: ({ id }, { direction, depth }, { loaders }) =>
      existing(loaders.lineage.load({ versionId: id, direction, depth }), 'version'),
    citation: async (version, _, { loaders }) =>
      citationOf(await existing(loaders.model.load(version.modelId), 'model'), version),
  },
  VersionExample: {
    instance: ({ content }) => (content.kind === 'INSTANCE' ? content.instance : null),
    expected: ({ content }) => (content.kind === 'INSTANCE' ? content.expected : null),
    inputs: ({ content }, { encoding }) =>
      content.kind === 'TENSORS' ? content.inputs.map((tensor) => encoded(tensor, encoding)) : null,
    expectedOutputs: ({ content }, { encoding }) =>
      content.kind === 'TENSORS' ? content.expected.map((tensor) => encoded(tensor, encoding)) : null,
  },
  Lineage: {
    nodes: ({ versionIds }, _, { loaders }) =>
      versionIds.map((id) => existing(loaders.version.load(id), 'version')),
    edges: ({ derivations }) => derivations,
  },
  LineageEdge: {
    child: ({ childId }, _, { loaders }) => existing(loaders.version.load(childId), 'version'),
    parent: ({ parentId }, _, { loaders }) => existing(loaders.version.load(parentId), 'version'),
  },
  DerivativeEdge: {
    node: ({ node }, _, { loaders }) => existing(loaders.version.load(node.childId), 'version'),
    relation: ({ node }) => node.relation,
  },
  Signature: {
    inputs: ({ signature, pipeline }) => annotated(signature.inputs, tensorAnnotations(pipeline).inputs),
    outputs: ({ signature, pipeline }) => annotated(signature.outputs, tensorAnnotations(pipeline).outputs),
  },
  TensorSpec: {
    default: (spec, { encoding }) => {
      const value = spec.defaultValue();
      return value && encoded(value, encoding);
    },
  },
  Tag: {
    version: ({ versionId }, _, { loaders }) => existing(loaders.version.load(versionId), 'version'),
  },
  Derivation: {
    version: ({ parentId }, _, { loaders }) => existing(loaders.version.load(parentId), 'version'),
  },
  Artifact: {
    opsets: ({ opsets }) =>
      opsets.map(({ domain, version }) => ({ domain: domain === '' ? 'ai.onnx' : domain, version })),
    operators: ({ operators }) =>
      Object.entries(operators)
        .map(([operator, count]) => ({ operator, count }))
        .sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1)),
    irVersion: ({ irVersion, format }) => (format === 'REMOTE' ? null : irVersion),
    remote: (artifact) => remoteOfArtifact(artifact),
    url: ({ digest }) => `/artifacts/${digest}`,
    damagedAt: ({ digest }, _, { catalog }) => catalog.damagedAt(digest),
  },
} satisfies Resolvers;
