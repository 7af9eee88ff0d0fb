import { z } from 'zod';
import { defineStep } from '../../language/index.js';
import { byColumn, changed, checkColumns, elementwise, numbersOf, perColumn } from './elementwise.js';

export const affine = defineStep({
  name: 'affine',
  group: 'numbers',
  summary: '`multiply` · x + `add`, which also takes a standardisation back',
  parameters: z.strictObject({
    multiply: perColumn.default(1).describe('One number for all columns, or one for each; 1 when left out.'),
    add: perColumn.default(0).describe('One number for all columns, or one for each; 0 when left out.'),
  }),
  takes: ['numbers'],
  gives({ multiply, add }, kinds) {
    const kind = numbersOf(kinds);
    checkColumns('multiply', multiply, kind);
    checkColumns('add', add, kind);
    return changed(kind);
  },
  run({ multiply, add }) {
    if (typeof multiply === 'number' && typeof add === 'number')
      return elementwise((value) => multiply * value + add);
    const [factors, sums] = [byColumn(multiply), byColumn(add)];
    return elementwise((value, column) => factors(column) * value + sums(column));
  },
});
