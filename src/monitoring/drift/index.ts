export type { DriftBin } from './coarse-bins.js';
export { type DriftReport, DriftService } from './drift-service.js';
export type { DriftMeasure, DriftStatistic } from './feature-tests.js';
export type { DriftVerdict, FeatureDrift } from './judge-drift.js';
export type { Reference, ReferenceFeature, ReferenceSource } from './reference.js';
export { type ReferenceRequest, ReferenceRowFinder } from './reference-rows.js';
export { ReferenceService } from './reference-service.js';
