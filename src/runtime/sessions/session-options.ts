import type { InferenceSession } from 'onnxruntime-node';
import type { ExecutionProvider, ProviderOptions } from './execution-providers.js';
import type { GraphOptimization } from './load-options.js';

export interface SessionSettings {
  /** Threads one run may use. */
  readonly threads: number;
  readonly optimization: GraphOptimization;
  /** In order of preference. */
  readonly providers: readonly ExecutionProvider[];
  /** Of some of the providers; none when left out. */
  readonly providerOptions?: readonly ProviderOptions[];
}

export const DEFAULT_SETTINGS: SessionSettings = { threads: 1, optimization: 'ALL', providers: ['CPU'] };

/**
 * How every session is made. Threads are always explicit, since the default takes every core for every model; idle
 * threads sleep, since spinning ones cost ten times the CPU of an idle server; only fatal logs, since everything
 * else comes back as an error.
 */
export function sessionOptions(settings: SessionSettings): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: OPTIMIZATION_LEVELS[settings.optimization],
    executionProviders: settings.providers.map((provider) => {
      const name = provider.toLowerCase();
      const options = settings.providerOptions?.find((other) => other.provider === provider);
      return options === undefined ? name : { name, deviceId: options.deviceId };
    }),
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

const OPTIMIZATION_LEVELS = {
  DISABLED: 'disabled',
  BASIC: 'basic',
  EXTENDED: 'extended',
  ALL: 'all',
} as const satisfies Record<GraphOptimization, string>;
