import type { EventKind } from '../platform/events/index.js';

/** The kinds of events that `OutcomeRecorder` publishes: they speak of single requests, so they are many and prunable. */
export const REQUEST_EVENT_KINDS = [
  'REQUEST_FAILED',
  'REQUESTS_SERVED',
] as const satisfies readonly EventKind[];
