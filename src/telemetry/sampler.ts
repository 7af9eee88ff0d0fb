import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '../platform/telemetry-config.js';

const PARENT_BASED = 'parentbased_';

/** By the names of OTEL_TRACES_SAMPLER. */
export function samplerOf({
  sampler,
  ratio,
}: Pick<NonNullable<TelemetryConfig['traces']>, 'sampler' | 'ratio'>): Sampler {
  const root = rootSampler(sampler.replace(PARENT_BASED, ''), ratio);
  return sampler.startsWith(PARENT_BASED) ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'always_on' ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
}
