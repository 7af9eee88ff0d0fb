import { z } from 'zod';
import { DATA_TYPES } from '../../../tensors/index.js';
import { defineField, type NumberKind } from '../../language/index.js';
import { readArray } from './read-array.js';

const FLOATS = ['FP16', 'FP32', 'FP64'];

export const tensor = defineField({
  kind: 'tensor',
  summary: 'a list of numbers, truth values or texts, nested as `shape` says or flat in row-major order',
  settings: z.strictObject({
    datatype: z.enum(DATA_TYPES).default('FP64').describe('What each element is.'),
    shape: z
      .array(
        z
          .int()
          .min(-1)
          .max(2 ** 31),
      )
      .max(16)
      .describe('Of one instance; −1 for an extent that may differ from instance to instance.'),
    unit: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .exactOptional()
      .describe('Of every element; `"1"` says dimensionless.'),
  }),
  gives({ datatype, shape, unit }) {
    if (datatype === 'BYTES') return { kind: 'text', shape };
    const holds: NumberKind['holds'] =
      datatype === 'BOOL' ? 'bits' : FLOATS.includes(datatype) ? 'real' : 'whole';
    return { kind: 'numbers', shape, holds, ...(unit !== undefined && { unit }) };
  },
  read:
    ({ datatype, shape }, name) =>
    (value) =>
      readArray(name, value, datatype, shape),
  describe: ({ unit, shape }, name) => ({
    name,
    kind: 'tensor',
    shape,
    ...(unit !== undefined && { unit }),
  }),
});
