import { z } from 'zod';

export type TelemetryProtocol = 'http/protobuf' | 'http/json';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

interface Destination {
  readonly url: string;
  readonly protocol: TelemetryProtocol;
}

/** Where traces and metrics go, over OTLP; from the variables that OpenTelemetry's specification names. */
export interface TelemetryConfig {
  readonly serviceName: string;
  /** Of the resource, beside the service's name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly traces:
    | (Destination & { readonly sampler: SamplerName; readonly ratio: number; readonly delayMs: number })
    | null;
  readonly metrics: (Destination & { readonly intervalMs: number }) | null;
}

const endpoint = z.string().refine(isHttpUrl, 'expected a URL like http://127.0.0.1:4318').optional();
const protocol = z.enum(['http/protobuf', 'http/json']);
const exporter = z.enum(['otlp', 'none']).default('otlp');
const milliseconds = (fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'expected a whole number of milliseconds')
    .transform(Number)
    .default(fallback);
const pairs = z
  .string()
  .transform((text, context) => {
    const found = pairsOf(text);
    if (found) return found;
    const message = 'expected names and values such as a=b,c=d, percent-encoded';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .default({});

const variables = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs,
  OTEL_TRACES_EXPORTER: exporter,
  OTEL_METRICS_EXPORTER: exporter,
  OTEL_SERVICE_NAME: z.string().max(255).optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .transform(Number)
    .refine((value) => value >= 0 && value <= 1, 'expected a share from 0 to 1')
    .default(1),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(5_000),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds(60_000),
});

/**
 * @param present variables that are set
 * @returns null without an endpoint, and then judges none of the others; or what is wrong with them
 */
export function parseTelemetry(
  present: Readonly<Record<string, string | undefined>>,
): { readonly config: TelemetryConfig | null } | { readonly issues: readonly z.core.$ZodIssue[] } {
  const isWanted = Object.keys(present).some((name) => /^OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT$/.test(name));
  if (!isWanted || present.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return { config: null };
  const parsed = variables.safeParse(present);
  if (!parsed.success) return { issues: parsed.error.issues };
  const settings = parsed.data;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_PROTOCOL: common } = settings;
  const { 'service.name': named, ...attributes } = settings.OTEL_RESOURCE_ATTRIBUTES;
  const destination = (own: string | undefined, path: string, spoken: TelemetryProtocol | undefined) => {
    const url = own ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/${path}`);
    return url === undefined ? null : { url, protocol: spoken ?? common };
  };
  const traces = destination(
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    'v1/traces',
    settings.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
  );
  const metrics = destination(
    settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,
    'v1/metrics',
    settings.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL,
  );
  return {
    config: {
      serviceName: settings.OTEL_SERVICE_NAME ?? named ?? 'retort',
      attributes,
      headers: settings.OTEL_EXPORTER_OTLP_HEADERS,
      traces:
        traces && settings.OTEL_TRACES_EXPORTER === 'otlp'
          ? {
              ...traces,
              sampler: settings.OTEL_TRACES_SAMPLER,
              ratio: settings.OTEL_TRACES_SAMPLER_ARG,
              delayMs: settings.OTEL_BSP_SCHEDULE_DELAY,
            }
          : null,
      metrics:
        metrics && settings.OTEL_METRICS_EXPORTER === 'otlp'
          ? { ...metrics, intervalMs: settings.OTEL_METRIC_EXPORT_INTERVAL }
          : null,
    },
  };
}

/** As in a W3C Baggage header. @returns null for what is none */
function pairsOf(text: string): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at).trim();
    if (at < 1 || name === '') return null;
    try {
      found[decodeURIComponent(name)] = decodeURIComponent(entry.slice(at + 1).trim());
    } catch {
      return null;
    }
  }
  return found;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
