import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { Occupancy } from '../deployments/index.js';
import type { RequestOutcome } from '../inference/index.js';
import type { Logger } from '../platform/logging.js';
import type { TelemetryConfig } from '../platform/telemetry-config.js';
import { DeploymentGauges } from './deployment-gauges.js';
import { ExportWatch } from './export-watch.js';
import { RequestCounts } from './request-counts.js';

const MAX_EXPORT_MS = 10_000;
/** Versions and deployments times codes of errors; beyond it they are counted together. */
const MAX_SERIES = 2_000;
const DURATION = 'retort.request.duration';

/** Counts requests and measures how long they take, and sends that at an interval. */
export class Metrics {
  private readonly provider: MeterProvider;
  private readonly duration: Histogram;
  private readonly counts: RequestCounts;
  private readonly gauges: DeploymentGauges;

  constructor(
    { url, protocol, intervalMs }: NonNullable<TelemetryConfig['metrics']>,
    deps: {
      readonly resource: Resource;
      readonly headers: Readonly<Record<string, string>>;
      readonly logger: Logger;
      readonly occupancy: (deployment: string) => Occupancy;
    },
  ) {
    const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter;
    const exporter = new Exporter({ url, headers: { ...deps.headers } });
    const watch = new ExportWatch('Metrics', url, deps.logger);
    const watched: PushMetricExporter = {
      export: watch.watched((metrics, done) => exporter.export(metrics, done)),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
      selectAggregation: (type) => exporter.selectAggregation(type),
      selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    };
    this.provider = new MeterProvider({
      resource: deps.resource,
      views: [
        {
          instrumentName: DURATION,
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          aggregationCardinalityLimit: MAX_SERIES,
        },
      ],
      readers: [
        new PeriodicExportingMetricReader({
          exporter: watched,
          exportIntervalMillis: intervalMs,
          exportTimeoutMillis: Math.min(intervalMs, MAX_EXPORT_MS),
        }),
      ],
    });
    const meter: Meter = this.provider.getMeter('retort');
    this.duration = meter.createHistogram(DURATION, {
      unit: 's',
      description: 'From the arrival of a request to a model to its answer, also of those that failed.',
    });
    this.counts = new RequestCounts(meter, MAX_SERIES);
    this.gauges = new DeploymentGauges(meter, deps.occupancy);
  }

  requestEnded(outcome: RequestOutcome): void {
    const attributes: Attributes = this.counts.count(outcome);
    this.duration.record(outcome.totalMs / 1_000, attributes);
    if (outcome.target?.deployment) this.gauges.asked(outcome.target.deployment.name);
  }

  close(): Promise<void> {
    return this.provider.shutdown();
  }
}
