import type { ModelHandle } from '../deployments/index.js';
import { batchKeys } from './batch-key.js';
import { Batcher } from './batcher.js';
import { ResponseCache } from './response-cache.js';

/** A run that nobody waits for may go on so long while others wait: most are over by then, and another process need not be started. */
const ABANDONED_GRACE_MS = 1_000;

/** What there is once for each loaded model. */
export interface ModelQueue {
  readonly batcher: Batcher;
  /** Null when answers are not remembered. */
  readonly cache: ResponseCache | null;
}

/** What a model that was just loaded is asked through. */
export function queueFor(
  { version, model, batching, settings }: ModelHandle,
  maxAnswerBytes: number,
): ModelQueue {
  const joining = batching.enabled
    ? {
        ...settings.batching,
        maxBatchSize: batching.maxBatchSize,
        keyOf: batchKeys(version.signature),
      }
    : null;
  return {
    batcher: new Batcher((inputs, outputs, options) => model.run(inputs, outputs, options), {
      replicas: settings.runtime.replicas,
      joining,
      maxAnswerBytes: maxAnswerBytes,
      abandonment: { graceMs: ABANDONED_GRACE_MS, end: (run) => model.abandon(run) },
    }),
    cache: settings.cache && new ResponseCache(settings.cache.maxBytes),
  };
}
