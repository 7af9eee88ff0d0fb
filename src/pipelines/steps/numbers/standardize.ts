import { z } from 'zod';
import { defineStep, StepFault } from '../../language/index.js';
import { byColumn, changed, checkColumns, elementwise, numbersOf, perColumn } from './elementwise.js';

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
  run(parameters) {
    const { mean, scale } = parameters;
    if (typeof mean === 'number' && typeof scale === 'number')
      return elementwise((value) => (value - mean) / scale);
    const [means, scales] = [byColumn(mean), byColumn(scale)];
    return elementwise((value, column) => (value - means(column)) / scales(column));
  },
});
