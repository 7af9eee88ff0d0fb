import { z } from 'zod';
import { DATA_TYPES } from '../../../tensors/index.js';
import { defineField, type NumberKind } from '../../language/index.js';
import { isObject } from '../../instances/describe-value.js';
import { QuantityReader } from '../../units/read-quantity.js';
import { readArray, type Elements } from './read-array.js';

const FLOATS = ['FP16', 'FP32', 'FP64'];

export const tensor = defineField({
  kind: 'tensor',
  summary:
    'a list of numbers, truth values or texts, nested as `shape` says or flat in row-major order; numbers also as `{"value": […], "unit": "nm"}`',
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
  read({ datatype, shape, unit }, name) {
    const quantities = new QuantityReader(name, unit);
    const isText = datatype === 'BYTES';
    return (value) => {
      if (isText || !isObject(value)) return single(readArray(name, value, datatype, shape), isText);
      const { value: elements, unit: own } = quantities.parts(value);
      const read = readArray(name, elements, datatype, shape);
      const convert = quantities.convert(own);
      return { shape: read.shape, data: (read.data as readonly number[]).map(convert) };
    };
  },
  describe: ({ unit, shape, datatype }, name) => ({
    name,
    kind: 'tensor',
    shape,
    datatype,
    ...(unit !== undefined && { unit }),
  }),
});

/** A text that is not in a list stands for itself. */
function single(read: Elements, isText: boolean): unknown {
  return isText && read.shape.length === 0 ? read.data[0] : read;
}
