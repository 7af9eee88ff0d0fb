import { randomBytes } from 'node:crypto';

/** The trace that a request is part of, by W3C Trace Context. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: of what this server does for the request. */
  readonly spanId: string;
  /** What the caller said of itself; null when the trace begins here. */
  readonly parent: {
    readonly spanId: string;
    readonly sampled: boolean;
    /** The header `tracestate`, as it came. */
    readonly state: string | null;
  } | null;
}

const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const SAMPLED = 0x01;
const MAX_STATE = 512;

/**
 * Continues the caller's trace, or begins one where nothing understandable came.
 *
 * @param carriers headers, or what takes their place in a protocol that has none; the first with a `traceparent` counts
 */
export function readTraceContext(
  ...carriers: readonly (Readonly<Record<string, unknown>> | null | undefined)[]
): TraceContext {
  const ids = randomBytes(24).toString('hex');
  const spanId = ids.slice(0, 16);
  const carrier = carriers.find((candidate) => candidate?.traceparent !== undefined);
  const given =
    typeof carrier?.traceparent === 'string' ? TRACEPARENT.exec(carrier.traceparent.trim()) : null;
  const [, version, traceId, parentId, flags = '', more] = given ?? [];
  // Only later versions of the format may have more to say.
  if (traceId === undefined || parentId === undefined || (version === '00' && more !== undefined))
    return { traceId: ids.slice(16), spanId, parent: null };
  const state = carrier?.tracestate;
  return {
    traceId,
    spanId,
    parent: {
      spanId: parentId,
      sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0,
      state: typeof state === 'string' && state.length <= MAX_STATE ? state : null,
    },
  };
}
