import {
  ExecutionProviderValues,
  GraphOptimizationValues,
  IsolationValues,
  type DeployVersionInput,
} from '../../__generated__/operations.js';
import { wrongUsage } from '../../failure.js';
import type { Values } from '../../option.js';
import { remoteEngine, remoteOptions } from './remote-options.js';

/** Options for how a deployment runs its model. */
export const DEPLOYMENT_SETTINGS = {
  isolation: { kind: 'choice', choices: IsolationValues, describe: 'Where the model runs' },
  replicas: { kind: 'number', whole: true, min: 1, describe: 'Copies of the model side by side' },
  threads: { kind: 'number', whole: true, min: 1, describe: 'Processor threads one run may use' },
  'graph-optimization': {
    kind: 'choice',
    choices: GraphOptimizationValues,
    describe: 'How far the graph may be rewritten',
  },
  provider: {
    kind: 'choices',
    choices: ExecutionProviderValues,
    describe: 'What runs the operators; several times, in order',
  },
  'max-run-ms': { kind: 'number', whole: true, min: 1, describe: 'Longest run' },
  'max-memory-bytes': {
    kind: 'number',
    whole: true,
    min: 1,
    describe: 'Memory that each process of the model may take',
  },
  ...remoteOptions('Run it on another server'),
  'no-remote': { kind: 'flag', describe: 'Run it on the server itself, not on another' },
  'no-batching': { kind: 'flag', describe: 'Run every request alone' },
  'max-batch-size': { kind: 'number', whole: true, min: 1, describe: 'Rows that may run together' },
  'max-delay-us': {
    kind: 'number',
    whole: true,
    min: 0,
    max: 1_000_000,
    describe: 'How long an idle model waits for more rows, in microseconds',
  },
  'batch-size': { kind: 'numbers', whole: true, min: 1, describe: 'Cut batches to this size; several times' },
  'latency-target-ms': { kind: 'number', min: 0.1, describe: 'How long a batch should run at most' },
  'max-queue': { kind: 'number', whole: true, min: 1, describe: 'Requests that may wait or run at once' },
  'idle-unload-ms': {
    kind: 'number',
    whole: true,
    min: 100,
    describe: 'Leave memory after so long without a request',
  },
  'cache-bytes': {
    kind: 'number',
    whole: true,
    min: 1024,
    describe: 'Remember answers, up to so many bytes',
  },
} as const;

/**
 * The same as the API takes them; what is left out has its default there.
 *
 * @param model what a remote engine is asked for when nothing else is said
 */
export function deploymentSettings(
  values: Values<typeof DEPLOYMENT_SETTINGS>,
  model: string,
): Omit<DeployVersionInput, 'name' | 'version'> {
  const remote = remoteEngine(values, model);
  if (values.noRemote && remote !== undefined)
    throw wrongUsage('Expected --remote-url or --no-remote, got both.');
  return {
    runtime: {
      isolation: values.isolation,
      replicas: values.replicas,
      threads: values.threads,
      graphOptimization: values.graphOptimization,
      executionProviders: values.provider.length === 0 ? undefined : values.provider,
      maxRunMs: values.maxRunMs,
      maxMemoryBytes: values.maxMemoryBytes,
      remote: remote ?? (values.noRemote ? null : undefined),
    },
    batching: {
      enabled: values.noBatching ? false : undefined,
      maxBatchSize: values.maxBatchSize,
      maxDelayMs: values.maxDelayUs === undefined ? undefined : values.maxDelayUs / 1_000,
      preferredBatchSizes: values.batchSize.length === 0 ? undefined : values.batchSize,
      latencyTargetMs: values.latencyTargetMs,
    },
    limits: { maxQueue: values.maxQueue, idleUnloadMs: values.idleUnloadMs },
    cache: values.cacheBytes === undefined ? undefined : { maxBytes: values.cacheBytes },
  };
}
