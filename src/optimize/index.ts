import './error-codes.js';
export {
  type OptimizationOutcome,
  type OptimizationResult,
  readOptimizationResult,
} from './optimization-result.js';
export { paretoPlot } from './plot/pareto-plot.js';
export { VersionOptimization } from './version-optimization.js';
