import type { Batcher } from './batcher.js';
import type { ResponseCache } from './response-cache.js';

/** What there is once for each loaded model. */
export interface ModelQueue {
  readonly batcher: Batcher;
  /** Null when answers are not remembered. */
  readonly cache: ResponseCache | null;
}
