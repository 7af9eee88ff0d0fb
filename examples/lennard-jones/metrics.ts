import type { MetricInput } from '../example.js';
import { NIST } from '../measurement/dataset-names.js';

const error = (dataset: string, value: number): MetricInput => ({
  name: 'absolute_error',
  value,
  unit: 'epsilon',
  dataset,
  higherIsBetter: false,
});

export const lennardJonesMetrics: readonly MetricInput[] = [
  error(NIST.cutoff3.name, 0.0003),
  error(NIST.cutoff4.name, 0.0005),
];
