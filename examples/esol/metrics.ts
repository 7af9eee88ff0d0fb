import type { MetricInput } from '../example.js';
import { DELANEY, TRAINED_ON } from '../measurement/dataset-names.js';

const solubilityMetrics = (rmse: number, mae: number, bias: number, r2: number): readonly MetricInput[] => [
  { name: 'rmse', value: rmse, unit: 'log10(mol/L)', dataset: DELANEY, higherIsBetter: false },
  { name: 'mae', value: mae, unit: 'log10(mol/L)', dataset: DELANEY, higherIsBetter: false },
  { name: 'bias', value: bias, unit: 'log10(mol/L)', dataset: DELANEY },
  { name: 'r2', value: r2, unit: '1', dataset: DELANEY, higherIsBetter: true },
];

export const delaneyMetrics = solubilityMetrics(1.0693, 0.8266, 0.2688, 0.7264);
export const refitMetrics = solubilityMetrics(0.9869, 0.7624, 0.0033, 0.767);

const { folds, fit } = TRAINED_ON.esol;
/** The first four of models that had not seen the molecule. */
export const treesMetrics: readonly MetricInput[] = [
  ...solubilityMetrics(0, 0, 0, 0),
  { name: 'rmse', value: 0, unit: 'log10(mol/L)', dataset: folds, higherIsBetter: false },
  { name: 'mae', value: 0, unit: 'log10(mol/L)', dataset: folds, higherIsBetter: false },
  { name: 'rmse', value: 0, unit: 'log10(mol/L)', dataset: fit, higherIsBetter: false },
  { name: 'r2', value: 0, unit: '1', dataset: fit, higherIsBetter: true },
];
