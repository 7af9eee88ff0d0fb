export type { OutputPair } from './declared-outputs.js';
export type { DifferingRow, Distribution, ElementDifferences } from './element-differences.js';
export type { LatencyComparison, MeasuredLatency } from './latency-comparison.js';
export type { OutputComparison, OutputsComparison, RefusedRow } from './output-comparison.js';
export type { Sample, SampleRequest } from './sample.js';
export {
  VersionComparer,
  type OutputComparisonRequest,
  type RunComparisonRequest,
} from './version-comparer.js';
