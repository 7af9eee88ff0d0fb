import type { MetricInput } from '../example.js';
import { MEATS, TRAINED_ON } from '../measurement/dataset-names.js';

const { folds, fit } = TRAINED_ON['meat-fat'];
/** The first four of models that had not seen the spectrum. */
export const meatFatMetrics: readonly MetricInput[] = [
  { name: 'rmse', value: 0.7495, unit: '%', dataset: MEATS, higherIsBetter: false },
  { name: 'mae', value: 0.5809, unit: '%', dataset: MEATS, higherIsBetter: false },
  { name: 'bias', value: -0.0232, unit: '%', dataset: MEATS },
  { name: 'r2', value: 0.9965, unit: '1', dataset: MEATS, higherIsBetter: true },
  { name: 'rmse', value: 0.7571, unit: '%', dataset: folds, higherIsBetter: false },
  { name: 'mae', value: 0.6016, unit: '%', dataset: folds, higherIsBetter: false },
  { name: 'rmse', value: 0.6605, unit: '%', dataset: fit, higherIsBetter: false },
  { name: 'mae', value: 0.5345, unit: '%', dataset: fit, higherIsBetter: false },
];
