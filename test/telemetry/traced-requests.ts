import { parseConfig } from '../../src/platform/config.js';
import type { TelemetryConfig } from '../../src/platform/telemetry-config.js';
import type { OtlpReceiver, SentSpan } from './otlp-receiver.js';

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const PARENT = 'b7ad6b7169203331';
export const PREDICT = `mutation ($in: PredictInput!) { predict(input: $in) { predictions { value } } }`;
export const aspirin = { in: { deployment: 'esol', instances: ['CC(=O)Oc1ccccc1C(=O)O'] } };
const SERVER = 2;

/** Sends JSON, often. */
export function telemetryFor(receiver: OtlpReceiver): TelemetryConfig | null {
  return parseConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=lab%201',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  }).telemetry;
}

/** The spans of requests, without those of their phases. */
export function ownSpans(receiver: OtlpReceiver): SentSpan[] {
  return receiver.spans.filter(({ kind }) => kind === SERVER);
}
