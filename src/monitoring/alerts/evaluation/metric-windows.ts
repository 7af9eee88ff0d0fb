import { registeredErrorCodes } from '../../../platform/errors.js';
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
    ownErrors: ownErrors(total),
    cacheHits,
    seconds,
    isComplete,
    queueDepth: held?.requests ?? null,
    memoryBytes: held?.memoryBytes ?? null,
    latency: (quantile) => latency?.quantile(quantile) ?? null,
    shareWithin: (ms) => latency?.shareWithin(ms) ?? null,
  };
}

/** Failures that callers could not have put right. */
export function ownErrors({ errorsByCode }: Pick<Tally, 'errorsByCode'>): number {
  if (errorsByCode.size === 0) return 0;
  const { system } = registeredErrorCodes();
  let sum = 0;
  for (const [code, count] of errorsByCode) if (system.includes(code)) sum += count;
  return sum;
}
