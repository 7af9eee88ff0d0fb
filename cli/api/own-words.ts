/**
 * What the server's messages call things, and what they are called here: an option of some command, or a command. Whole
 * words only, so that "latencyTargetMs" is not taken for a part of another.
 */
export const OWN_WORDS: Readonly<Record<string, string>> = {
  'runtime.isolation': '--isolation',
  'runtime.replicas': '--replicas',
  'runtime.threads': '--threads',
  'runtime.graphOptimization': '--graph-optimization',
  'runtime.executionProviders': '--provider',
  'runtime.maxRunMs': '--max-run-ms',
  'runtime.maxMemoryBytes': '--max-memory-bytes',
  'runtime.remote.url': '--remote-url',
  'runtime.remote.model': '--remote-model',
  'runtime.remote.version': '--remote-version',
  'runtime.remote.credentials': '--remote-credentials',
  'batching.enabled': '--no-batching',
  'batching.maxBatchSize': '--max-batch-size',
  'batching.maxDelayMicroseconds': '--max-delay-us',
  'batching.preferredBatchSizes': '--batch-size',
  'batching.latencyTargetMs': '--latency-target-ms',
  'limits.maxQueue': '--max-queue',
  'limits.idleUnloadMs': '--idle-unload-ms',
  'cache.maxBytes': '--cache-bytes',
  maxRunMs: '--max-run-ms',
  deadlineMs: '--deadline-ms',
  olderThanHours: '--older-than-hours',
  keepWarmMs: '--keep-warm-ms',
  derivedFrom: '--derived-from',
  trainingData: '--training-data',
  'allowBreaking: true': '--allow-breaking',
  'archiveModel(archived: false)': 'retort archive --undo',
  registerModel: 'retort push --register',
  publishVersion: 'retort push',
  archiveModel: 'retort archive',
  deployVersion: 'retort deploy',
  migrateDeployment: 'retort migrate',
  abortMigration: 'retort migrate --abort',
};

const LONGEST_FIRST = Object.keys(OWN_WORDS).sort((one, other) => other.length - one.length);
const KNOWN = new RegExp(
  `(?<![\\w.@/"-])(?:input\\.)?(?:${LONGEST_FIRST.map((word) => word.replace(/[.()]/g, '\\$&')).join('|')})(?:\\.\\d+)?(?![\\w(@/"-])`,
  'g',
);

/** A message of the server in the words of the command line. What callers named themselves, in quotes, stays. */
export function inOwnWords(message: string): string {
  return message.replace(KNOWN, (word) => OWN_WORDS[word.replace(/^input\.|\.\d+$/g, '')] ?? word);
}
