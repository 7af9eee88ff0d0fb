import './error-codes.js';
export { type ComparisonPart, type PartAnswerer, VersionComparison } from './comparison-job.js';
export { GraphComparisons } from './graph-comparisons.js';
export type { LatencyComparison } from './latency-comparison.js';
export type { OutputComparison, OutputsComparison } from './output-comparison.js';
export { SampleChooser, type SampleRequest } from './samples/sample-chooser.js';
export { type Sample, partOfSample } from './samples/sample.js';
export { VersionComparer } from './version-comparer.js';
