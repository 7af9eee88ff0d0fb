export {
  MetricsService,
  type DeploymentMetrics,
  type LatencySummary,
  type MetricsPoint,
  type PhaseLatencies,
  type SeriesRequest,
  type VersionMetrics,
} from './metrics/index.js';
