import type { Occupancy } from '../deployments/index.js';
import type { OutcomeListener } from '../inference/index.js';
import type { Logger } from '../platform/logging.js';
import type { TraceContext } from '../security/index.js';

/** Traces and metrics of every request, on their way to an OpenTelemetry collector. */
export interface Telemetry {
  /** For `InferenceService.onRequestEnded`. */
  readonly requestEnded: OutcomeListener;
  /**
   * The headers by which an engine elsewhere, asked on behalf of a request, continues its trace.
   *
   * @returns none without a trace
   */
  headersFor(trace: TraceContext | undefined): Readonly<Record<string, string>>;
  /** Sends what is left, for a few seconds at most. Never rejects. */
  close(): Promise<void>;
}

export interface TelemetryParts {
  readonly logger: Logger;
  /** What a deployment holds now; asked at each export. */
  readonly occupancy: (deployment: string) => Occupancy;
}
