import type { InferenceSession } from 'onnxruntime-node';

/**
 * How every session is made. Threads are always explicit, since the default takes every core for every model; idle
 * threads sleep, since spinning ones cost ten times the CPU of an idle server; only fatal logs, since everything
 * else comes back as an error.
 */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
