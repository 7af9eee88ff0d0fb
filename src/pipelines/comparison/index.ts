export type { OutputPair } from './declared-outputs.js';
export type { DifferingRow, Distribution, ElementDifferences } from './element-differences.js';
export type { LatencyComparison, MeasuredLatency } from './latency-comparison.js';
export type { OutputComparison, OutputsComparison, RefusedRow } from './output-comparison.js';
export type { Expectation } from './expectation.js';
export { SampleChooser, type SampleRequest } from './sample-chooser.js';
export { partOfSample, type Sample } from './sample.js';
export {
  VersionComparer,
  type OutputComparisonRequest,
  type RunComparisonRequest,
} from './version-comparer.js';
