import { z } from 'zod';
import { dense, type DenseValues, defineStep, StepFault } from '../../language/index.js';
import {
  byColumn,
  changed,
  checkColumns,
  elementwise,
  numbersOf,
  type PerColumn,
  perColumn,
} from './elementwise.js';

export const standardize = defineStep({
  name: 'standardize',
  group: 'numbers',
  summary: '(x − `mean`) / `scale`, as scikit-learn’s StandardScaler',
  parameters: z.strictObject({
    mean: perColumn.describe('Taken off each number: one for all columns, or one for each.'),
    scale: perColumn.describe('What the difference is divided by: one for all columns, or one for each.'),
  }),
  takes: ['numbers'],
  gives({ mean, scale }, kinds) {
    const kind = numbersOf(kinds);
    checkColumns('mean', mean, kind);
    checkColumns('scale', scale, kind);
    if ([scale].flat().includes(0))
      throw new StepFault(['scale'], 'a scale of 0 would divide by zero; drop a column that never changes');
    return changed(kind);
  },
  run({ mean, scale }) {
    const [means, scales] = [byColumn(mean), byColumn(scale)];
    const general = elementwise((value, column) => (value - means(column)) / scales(column));
    return (values, context) => {
      const [given] = values;
      return given?.form === 'dense' ? standardized(given, mean, scale) : general(values, context);
    };
  },
});

/** The step that nearly all pipelines have, without a call for each number. */
function standardized({ data, width }: DenseValues, mean: PerColumn, scale: PerColumn): DenseValues {
  const columns = Array.isArray(mean) ? mean.length : Array.isArray(scale) ? scale.length : 1;
  const means = Float64Array.from({ length: columns }, (_, column) => byColumn(mean)(column));
  const scales = Float64Array.from({ length: columns }, (_, column) => byColumn(scale)(column));
  const made = new Float64Array(data.length);
  for (let index = 0, column = 0; index < data.length; index++) {
    made[index] = ((data[index] ?? NaN) - (means[column] ?? NaN)) / (scales[column] ?? NaN);
    column = column + 1 === columns ? 0 : column + 1;
  }
  return dense(width, made);
}
