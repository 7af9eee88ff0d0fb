export { logBeta } from './beta-function.js';
export { binomialAtMost, lowerBound, tailRanks, upperBound } from './binomial-bounds.js';
export { jensenShannonDistance, twoSampleChiSquared } from './binned-distances.js';
export { chiSquaredQuantile, chiSquaredTail } from './chi-squared.js';
export {
  type BinnedValues,
  binnedValues,
  binOf,
  kolmogorovSmirnovDistance,
  wassersteinDistance,
} from './cumulative-distances.js';
export {
  conformalNeeds,
  conformalQuantile,
  conformalRank,
  conformalSet,
  residualScore,
} from './conformal.js';
export { gaussLegendre, type Quadrature } from './gauss-legendre.js';
export { hypergeometricTail } from './hypergeometric.js';
export { kolmogorovCritical, kolmogorovSmirnovTail } from './kolmogorov.js';
export {
  type ColumnScaling,
  type Fingerprints,
  fingerprintsOf,
  fitLeverage,
  fitScaling,
  type Leverage,
  leverageOf,
  meanDistance,
  mostSimilar,
  type Near,
  Neighbourhood,
  packBits,
  type Rows,
  scaledRow,
  scaledRows,
  type Similar,
  valueAtShare,
} from './neighbours/index.js';
export { quantileBins, quantileBounds } from './quantile-bins.js';
export { Reservoir } from './reservoir.js';
export {
  type BinnedSamples,
  effectiveSamples,
  largestByChance,
  smallestByChance,
  stabilityIndex,
} from './stability-index.js';
export { type ChanceDistance, chanceWasserstein, wassersteinCritical } from './wasserstein-chance.js';
export { bootstrapIntervals, type Interval, quantile } from './quality/bootstrap.js';
export {
  areaUnderCurve,
  classificationQuality,
  type ClassificationQuality,
  type ProbabilityQuality,
  probabilityQuality,
} from './quality/classification-quality.js';
export { differenceInterval, type Estimate } from './quality/difference-interval.js';
export { correlation, type Counts, onceEach, ranksOf } from './quality/ranks.js';
export { regressionQuality, type RegressionQuality } from './quality/regression-quality.js';
