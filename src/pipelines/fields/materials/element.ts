import { z } from 'zod';
import { protonNumber } from '../../instances/chemical-elements.js';
import { describeValue, isObject } from '../../instances/describe-value.js';
import { objectWith } from '../../instances/fields.js';
import { defineField } from '../../language/index.js';
import { RowError } from '../../prediction.js';

const EXPECTED = 'an element such as "Fe", 26, {"symbol": "Fe"} or {"z": 26}';

export const element = defineField({
  kind: 'element',
  summary: '`"Fe"`, its proton number `26`, `{"symbol": "Fe"}` or `{"z": 26}`',
  settings: z.strictObject({}),
  gives: () => ({ kind: 'element' }),
  read: () => protonNumberOf,
  describe: (_, name) => ({ name, kind: 'element', shape: [] }),
});

function protonNumberOf(given: unknown): number {
  const { symbol, z: protons } = isObject(given)
    ? objectWith(given, ['symbol', 'z'], EXPECTED)
    : { symbol: undefined, z: given };
  if (symbol !== undefined && protons !== undefined)
    throw new RowError('INVALID_INSTANCE', 'Expected symbol or z, got both; one of them is enough');
  const named = symbol ?? protons;
  const number = typeof named === 'string' ? protonNumber(named) : symbol === undefined ? named : undefined;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 118) return number;
  throw new RowError('INVALID_COMPOSITION', `Expected ${EXPECTED}, got ${describeValue(given)}`);
}
