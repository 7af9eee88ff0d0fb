export { type ComparableMetric, compareMetrics, knownDirection } from './metric-comparison.js';
export { comparePipelines } from './pipeline-comparison.js';
export { type SignatureComparison, compareSignatures } from './signature-comparison.js';
export type { SignatureDifference } from './signature-difference.js';
