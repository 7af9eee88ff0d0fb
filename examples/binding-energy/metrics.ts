import type { MetricInput } from '../example.js';
import { FROM_A_16, TRAINED_ON } from '../measurement/dataset-names.js';

const massMetrics = (rmse: number, mae: number, bias: number, perNucleon: number): readonly MetricInput[] => [
  { name: 'rmse', value: rmse, unit: 'MeV', dataset: FROM_A_16, higherIsBetter: false },
  { name: 'mae', value: mae, unit: 'MeV', dataset: FROM_A_16, higherIsBetter: false },
  { name: 'bias', value: bias, unit: 'MeV', dataset: FROM_A_16 },
  { name: 'rmse_per_nucleon', value: perNucleon, unit: 'MeV', dataset: FROM_A_16, higherIsBetter: false },
];

export const newmanMetrics = massMetrics(8.7017, 7.9904, -7.9904, 0.1315);
export const rohlfMetrics = massMetrics(7.4968, 6.5879, 5.6828, 0.1015);

const { folds, fit } = TRAINED_ON['binding-energy'];
/** The first four of models that had not seen the nuclide. */
export const correctedMetrics: readonly MetricInput[] = [
  ...massMetrics(0, 0, 0, 0),
  { name: 'rmse', value: 0, unit: 'MeV', dataset: folds, higherIsBetter: false },
  { name: 'mae', value: 0, unit: 'MeV', dataset: folds, higherIsBetter: false },
  { name: 'rmse', value: 0, unit: 'MeV', dataset: fit, higherIsBetter: false },
  { name: 'r2', value: 0, unit: '1', dataset: fit, higherIsBetter: true },
];
