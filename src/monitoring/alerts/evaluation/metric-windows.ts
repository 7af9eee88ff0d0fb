import type { Sketch, Tally } from '../../metrics/index.js';
import type { WindowMetrics } from './metric-source.js';

/** What a deployment holds. */
export interface Held {
  readonly requests: number;
  readonly memoryBytes: number | null;
}

/** What was measured, as conditions ask for it. */
export function windowOf(
  total: Tally,
  seconds: number,
  { held, isComplete }: { readonly held: Held | null; readonly isComplete: boolean },
): WindowMetrics {
  const { requests, errors, cacheHits } = total;
  const latency: Sketch | null = total.sketch('latency');
  return {
    requests,
    errors,
    cacheHits,
    seconds,
    isComplete,
    queueDepth: held?.requests ?? null,
    memoryBytes: held?.memoryBytes ?? null,
    latency: (quantile) => latency?.quantile(quantile) ?? null,
    shareWithin: (ms) => latency?.shareWithin(ms) ?? null,
  };
}
