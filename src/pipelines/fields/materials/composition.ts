import { z } from 'zod';
import { describeValue, isObject, quote } from '../../instances/describe-value.js';
import { defineField } from '../../language/index.js';
import { type Composition, compositionOf, parseFormula } from '../../materials/composition.js';
import { RowError } from '../../prediction.js';

const EXPECTED = 'a formula such as "Fe2O3" or "CuSO4·5H2O", or amounts such as {"Fe": 2, "O": 3}';

export const composition = defineField({
  kind: 'composition',
  summary: 'a formula such as `"Ca(OH)2"` or `"CuSO4·5H2O"`, or amounts such as `{"Fe": 2, "O": 3}`',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'composition' }),
  read: () => readComposition,
  describe: (_, name) => ({ name, kind: 'composition', shape: [] }),
  quantities: () => [
    {
      name: 'elements',
      unit: '1',
      isField: false,
      of: (value) => (value as Composition).size,
    },
  ],
});

function readComposition(given: unknown): Composition {
  if (typeof given !== 'string' && !isObject(given))
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED}, got ${describeValue(given)}`);
  const read = typeof given === 'string' ? parseFormula(given) : compositionOf(given);
  if (!('fault' in read)) return read;
  const shown = typeof given === 'string' ? quote(given) : 'The composition';
  throw new RowError(
    'INVALID_COMPOSITION',
    `${shown} is no composition: ${read.fault}; expected ${EXPECTED}`,
  );
}
