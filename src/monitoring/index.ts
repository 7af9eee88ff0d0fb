export * from './alerts/index.js';
import './error-codes.js';
export {
  type DriftBin,
  type DriftMeasure,
  type DriftReport,
  DriftService,
  type DriftStatistic,
  type DriftVerdict,
  type FeatureDrift,
  type Reference,
  type ReferenceFeature,
  ReferenceRowFinder,
  ReferenceService,
} from './drift/index.js';
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
export {
  type ErrorOfDay,
  type ErrorOfVersion,
  type ErrorPoint,
  type ErrorSummary,
  type IntervalCoverage,
  type LiveError,
  LoggedOutcomes,
  OutcomeService,
} from './outcomes/index.js';
export {
  type LoggedContent,
  type LoggedPredictionFilter,
  type LoggedPredictionRecord,
  type OutcomeRecord,
  PredictionLog,
} from './prediction-log/index.js';
