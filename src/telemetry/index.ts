import type { TelemetryConfig } from '../platform/telemetry-config.js';
import type { Telemetry, TelemetryParts } from './telemetry.js';

export type { Telemetry, TelemetryParts } from './telemetry.js';

/** Loads OpenTelemetry's packages, which nothing else does: without an endpoint they cost neither time nor memory. */
export async function startTelemetry(config: TelemetryConfig, parts: TelemetryParts): Promise<Telemetry> {
  const { OpenTelemetry } = await import('./open-telemetry.js');
  return new OpenTelemetry(config, parts);
}
