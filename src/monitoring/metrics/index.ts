export { MetricsService, type MetricsDependencies, type SeriesRequest } from './metrics-service.js';
export type {
  Counts,
  DeploymentMetrics,
  LatencySummary,
  MetricsPoint,
  PhaseLatencies,
  VersionMetrics,
} from './records.js';
