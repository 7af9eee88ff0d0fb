import './error-codes.js';
export { MetricsService, type MetricsDependencies } from './metrics-service.js';
export type { RecentTally, SeriesRequest, TallySeries, WindowTallies } from './tally-series.js';
export type { DeploymentTally } from './tallies/deployment-tally.js';
export type { Sketch } from './tallies/sketch.js';
export { Tally } from './tallies/tally.js';
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
