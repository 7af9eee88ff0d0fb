import type { MetricInput } from '../example.js';
import { TRAINED_ON, WINES } from '../measurement/dataset-names.js';

const { folds, fit } = TRAINED_ON['wine-cultivar'];
/** The first two of models that had not seen the wine. */
export const wineCultivarMetrics: readonly MetricInput[] = [
  { name: 'accuracy', value: 0.9888, unit: '1', dataset: WINES, higherIsBetter: true },
  { name: 'log_loss', value: 0.0589, unit: '1', dataset: WINES, higherIsBetter: false },
  { name: 'accuracy', value: 0.9831, unit: '1', dataset: folds, higherIsBetter: true },
  { name: 'log_loss', value: 0.0638, unit: '1', dataset: folds, higherIsBetter: false },
  { name: 'accuracy', value: 1, unit: '1', dataset: fit, higherIsBetter: true },
  { name: 'log_loss', value: 0.0319, unit: '1', dataset: fit, higherIsBetter: false },
];
