import { compareMetrics, comparePipelines, compareSignatures } from '../../compatibility/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import {
  firstOf,
  latencyAnswer,
  outputsAnswer,
  quotient,
  representable,
  sampleRequest,
  signatureAnswer,
} from '../comparison-answers.js';
import { existing } from '../existing.js';

/** Every part is computed by its own field, so that nothing is read or run that nobody asked for. */
export const comparisonResolvers = {
  Query: {
    compareVersions: async (_, { base, target }, { catalog }) => ({
      base: await catalog.resolveVersion(base, ['base']),
      target: await catalog.resolveVersion(target, ['target']),
    }),
  },
  VersionComparison: {
    sameArtifact: ({ base, target }) => base.artifactDigest === target.artifactDigest,
    signature: (pair) => signatureAnswer(compareSignatures(pair.base.signature, pair.target.signature), pair),
    pipeline: ({ base, target }) => comparePipelines(base.pipeline, target.pipeline),
    graph: ({ base, target }, { deadlineMs }, { comparer, departure }) =>
      comparer.graph(base, target, { deadlineMs, departure }),
    metrics: async ({ base, target }, _, { evaluations }) =>
      compareMetrics(
        [...base.metrics, ...(await evaluations.metricsOf(base.id))],
        [...target.metrics, ...(await evaluations.metricsOf(target.id))],
      ),
    size: async ({ base, target }, _, { loaders }) => ({
      base: await existing(loaders.artifact.load(base.artifactDigest), 'artifact'),
      target: await existing(loaders.artifact.load(target.artifactDigest), 'artifact'),
    }),
    latency: async ({ base, target }, { sample, deadlineMs }, { comparer, departure }) =>
      latencyAnswer(
        await comparer.latency(base, target, { sample: sampleRequest(sample), deadlineMs, departure }),
      ),
    outputs: async ({ base, target }, { sample, rows, deadlineMs }, { comparer, departure }) =>
      outputsAnswer(
        await comparer.outputs(base, target, { sample: sampleRequest(sample), rows, deadlineMs, departure }),
      ),
  },
  GraphComparison: {
    nodeTotals: ({ nodes }) => nodes.totals,
    nodes: ({ nodes }, { change, first }) => firstOf(nodes.differences, change, first),
    initializerTotals: ({ initializers }) => initializers.totals,
    initializers: ({ initializers }, { change, first }) => firstOf(initializers.differences, change, first),
  },
  StoredTensorSpec: {
    shape: ({ shape }) => shape.map(BigInt),
  },
  StoredTensorDifference: {
    changed: ({ changed }) => BigInt(changed),
    elements: ({ elements }) => BigInt(elements),
    nonFinite: ({ nonFinite }) => BigInt(nonFinite),
    mean: ({ mean }) => (mean === null ? null : representable(mean)),
    meanMagnitude: ({ meanMagnitude }) => (meanMagnitude === null ? null : representable(meanMagnitude)),
  },
  SizeComparison: {
    baseBytes: ({ base }) => base.size,
    targetBytes: ({ target }) => target.size,
    bytesRatio: ({ base, target }) => quotient(target.size, base.size),
    baseParameters: ({ base }) => base.parameterCount,
    targetParameters: ({ target }) => target.parameterCount,
    parametersRatio: ({ base, target }) => quotient(target.parameterCount, base.parameterCount),
  },
} satisfies Resolvers;
