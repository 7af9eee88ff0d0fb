export { type DomainOptions, fitDomain } from './domain/fit-domain.js';
export type { FittedDomain } from './domain/fitted-domain.js';
export { DomainJudge } from './domain/judge-domain.js';
export { preparedRows, type PreparedRow } from './domain/prepared-row.js';
export { TrainingSample } from './domain/training-sample.js';
export type { Fit } from './fit.js';
export { type Answer, fitVersion } from './fit-version.js';
export type { Calibration } from './intervals/calibration.js';
export { declaredVerdict, Judge, withDomain } from './judge.js';
export { REPORT_FORMATS, type ReportFormat } from './report/report.js';
export { ReportService } from './report/report-service.js';
export { hasReliabilityData, ReliabilityService } from './reliability-service.js';
export type {
  DomainMeasure,
  DomainVerdict,
  Interval,
  JudgedPrediction,
  JudgedValue,
  Mark,
  Neighbour,
} from './verdict.js';
