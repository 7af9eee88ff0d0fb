import './error-codes.js';
export { MetricsService, type MetricsDependencies, type SeriesRequest } from './metrics-service.js';
export { PROMETHEUS_CONTENT_TYPE, prometheusText } from './prometheus/prometheus-text.js';
export type {
  BatchSizeCount,
  Counts,
  DeploymentMetrics,
  ErrorCount,
  LatencySummary,
  MetricsPoint,
  PhaseLatencies,
  VersionMetrics,
} from './records.js';
