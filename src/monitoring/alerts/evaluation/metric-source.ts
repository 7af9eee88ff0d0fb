/** What was measured of one deployment in a window of time. */
export interface WindowMetrics {
  readonly requests: number;
  /** Among `requests`. */
  readonly errors: number;
  /** Among `errors`, those that callers could not have put right. */
  readonly ownErrors: number;
  readonly seconds: number;
  readonly cacheHits: number;
  /** False when a little may be missing, since the server before this one ended without warning: proof of nothing good. */
  readonly isComplete: boolean;
  /** Now, or at the end of the window; null where it was not measured. */
  readonly queueDepth: number | null;
  readonly memoryBytes: number | null;
  /** Milliseconds of the answered requests at a quantile from 0 to 1; null without any. */
  latency(quantile: number): number | null;
  /** The share of the answered requests that took at most so many milliseconds; null without any. */
  shareWithin(latencyMs: number): number | null;
}

export interface MetricSource {
  /**
   * The window of so many milliseconds that ended `agoMs` ago. Undefined while it is not known wholly: after a start,
   * before it was measured or read.
   */
  window(deployment: string, windowMs: number, agoMs: number): WindowMetrics | undefined;
  /** Since when requests are seen: a silence before is none that anybody knows of. Milliseconds since 1970. */
  readonly knownSince: number;
  /** Milliseconds since 1970; null when none was seen since `knownSince`. */
  lastRequestAt(deployment: string): number | null;
}

export interface DriftSource {
  /** How many features have drifted; null where there is not enough data. Undefined while nothing is known. */
  driftedFeatures(deployment: string, windowMs: number): number | null | undefined;
}

/** What was measured of the version that a deployment serves. */
export interface QualitySource {
  /** Null where it was not measured; undefined while that is not known. */
  quality(
    versionId: string,
    wanted: { readonly metric: string; readonly dataset: string },
  ): Quality | null | undefined;
}

export interface Quality {
  readonly value: number;
  readonly unit: string | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly at: Date;
}

/** What a condition is judged by, besides what was measured. */
export interface WatchedDeployment {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** When it became able to get requests, as far as known: what came before proves no silence. Milliseconds since 1970. */
  readonly servingSince: number;
  /** When the version it serves was published. Milliseconds since 1970. */
  readonly versionPublishedAt: number;
  readonly versionRef: string;
  readonly versionId: string;
}
