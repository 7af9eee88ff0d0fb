import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace as api,
  TraceFlags,
  type Attributes,
  type Context,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  SamplingDecision,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { RequestOutcome } from '../inference/index.js';
import type { Logger } from '../platform/logging.js';
import type { TelemetryConfig } from '../platform/telemetry-config.js';
import type { TraceContext } from '../security/index.js';
import { ExportWatch } from './export-watch.js';
import { GivenIds } from './given-ids.js';
import { recordSpans, spanNameOf } from './request-spans.js';
import { samplerOf } from './sampler.js';
import { TraceBudget } from './trace-budget.js';

/** Spans that wait for their export; beyond it they are dropped. */
const MAX_WAITING = 2_048;
const MAX_BATCH = 512;

/** Makes the spans of sampled requests once they are over, and sends them in batches. */
export class Traces {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly sampler: Sampler;
  private readonly ids = new GivenIds();
  private readonly budget: TraceBudget;

  constructor(
    config: NonNullable<TelemetryConfig['traces']>,
    deps: {
      readonly resource: Resource;
      readonly headers: Readonly<Record<string, string>>;
      readonly logger: Logger;
    },
  ) {
    this.sampler = samplerOf(config);
    this.budget = new TraceBudget(deps.logger);
    const { url, delayMs } = config;
    const Exporter = config.protocol === 'http/json' ? JsonExporter : ProtobufExporter;
    const exporter = new Exporter({ url, headers: { ...deps.headers } });
    const watch = new ExportWatch('Traces', url, deps.logger);
    const watched: SpanExporter = {
      export: watch.watched((spans, done) => exporter.export(spans, done)),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    };
    this.provider = new TracerProvider({
      resource: deps.resource,
      // Decided already, once for all spans of a request.
      sampler: {
        shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }),
        toString: () => 'decided',
      },
      idGenerator: this.ids,
      spanLimits: { attributeValueLengthLimit: 1_024 },
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: watched,
          maxQueueSize: MAX_WAITING,
          maxExportBatchSize: MAX_BATCH,
          scheduledDelayMillis: delayMs,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('retort');
  }

  requestEnded(outcome: RequestOutcome): void {
    const { trace } = outcome.caller;
    const parent = parentOf(trace);
    const ids = this.ids.take(trace);
    if (!this.isSampled(ids.traceId, parent, spanNameOf(outcome)) || !this.budget.take()) return;
    recordSpans(this.tracer, outcome, parent, {
      own: () => this.ids.next(ids),
      others: () => this.ids.done(),
    });
  }

  /** As W3C Trace Context has them. */
  headersFor(trace: TraceContext): Readonly<Record<string, string>> {
    const sampled = this.isSampled(trace.traceId, parentOf(trace), '');
    const state = trace.parent?.state ?? null;
    return {
      traceparent: `00-${trace.traceId}-${trace.spanId}-${sampled ? '01' : '00'}`,
      ...(state !== null && { tracestate: state }),
    };
  }

  close(): Promise<void> {
    return this.provider.shutdown();
  }

  private isSampled(traceId: string, parent: Context, name: string): boolean {
    const attributes: Attributes = {};
    const { decision } = this.sampler.shouldSample(parent, traceId, name, SpanKind.SERVER, attributes, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  }
}

function parentOf(trace: TraceContext | undefined): Context {
  if (!trace?.parent) return ROOT_CONTEXT;
  const { spanId, sampled, state } = trace.parent;
  return api.setSpanContext(ROOT_CONTEXT, {
    traceId: trace.traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state !== null && { traceState: createTraceState(state) }),
  });
}
