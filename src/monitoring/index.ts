export {
  MetricsService,
  PROMETHEUS_CONTENT_TYPE,
  prometheusText,
  type BatchSizeCount,
  type DeploymentMetrics,
  type ErrorCount,
  type LatencySummary,
  type MetricsPoint,
  type PhaseLatencies,
  type SeriesRequest,
  type VersionMetrics,
} from './metrics/index.js';
