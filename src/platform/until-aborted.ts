import type { Departure } from './disconnection.js';

/** As much of an AbortSignal as waiting takes; making a real one costs more than a small model's run. */
export interface AbortSignalLike extends Departure {
  /** Set when `aborted` is true. */
  readonly reason: unknown;
}

/**
 * `work`, or the signal's reason when it aborts first; the work goes on either way.
 *
 * Not Promise.race: racing many short promises against one long-lived one keeps every result alive on it until the
 * long one settles. An upload raced that way held the whole file in memory.
 *
 * @param discard gets what arrives after the abort, to give it back.
 */
export function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignalLike,
  discard?: (late: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      if (discard) work.then(discard, () => undefined);
    };
    if (signal.aborted) {
      work.catch(() => undefined);
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    const forget = () => signal.removeEventListener('abort', onAbort);
    work.then(
      (value) => {
        forget();
        // After an abort the promise is rejected already and the value was discarded.
        resolve(value);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
  });
}
