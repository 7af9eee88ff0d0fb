/** Where the time of a request went, in milliseconds to the microsecond. */
export interface Timing {
  /** Waiting for the model: loading it, and for its turn in the worker. */
  readonly queueMs: number;
  /** Inside the runtime. */
  readonly inferMs: number;
  /** From the request's arrival in the service to its answer. */
  readonly totalMs: number;
  /** Rows that ran together. */
  readonly batchSize: number;
  /** Remembered from an equal request, or shared with one under way; see the deployment's cache settings. */
  readonly cacheHit: boolean;
}

/** Clocks tell microseconds; what they say beyond is noise that only makes answers longer. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** @param timing as the clocks tell */
export function timingOf({ queueMs, inferMs, totalMs, ...rest }: Timing): Timing {
  return {
    queueMs: toMicroseconds(queueMs),
    inferMs: toMicroseconds(inferMs),
    totalMs: toMicroseconds(totalMs),
    ...rest,
  };
}
