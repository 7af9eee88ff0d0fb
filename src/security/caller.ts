import type { TraceContext } from './trace-context.js';

/** The actor of a request and its id: carried by every change, event and log line. */
export interface Caller {
  readonly actor: string;
  readonly requestId: string;
  /** While traces are written. */
  readonly trace?: TraceContext | undefined;
}

/** What a line of the log says of its request; `trace_id` is OpenTelemetry's name for it. */
export function requestFields({ requestId, trace }: Pick<Caller, 'requestId' | 'trace'>): {
  readonly requestId: string;
  readonly trace_id?: string;
} {
  return trace === undefined ? { requestId } : { requestId, trace_id: trace.traceId };
}
