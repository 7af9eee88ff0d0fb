import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NumberBlock } from '../../src/platform/json/index.js';
import {
  DATA_TYPES,
  decodeTensor,
  elementReader,
  encodeTensor,
  fromHalf,
  tensorBytes,
  type Tensor,
} from '../../src/tensors/index.js';

const NUMERIC = DATA_TYPES.filter((datatype) => datatype !== 'BYTES');

function numberAt({ datatype, data }: Tensor, index: number): number {
  return datatype === 'FP16' ? fromHalf(Number(data[index])) : Number(data[index]);
}

describe('reading single elements', () => {
  it('finds what decoding the whole tensor finds, in each of its forms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NUMERIC),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 13 }),
        (datatype, values) => {
          const data = datatype === 'BOOL' ? values.map((value) => value % 2 === 1) : values;
          const raw = { name: 'x', datatype, shape: [values.length], data: data as unknown };
          const tensor = decodeTensor(raw);
          const forms = [
            raw,
            tensor,
            { ...raw, shape: [1, values.length, 1], data: [values.map((_, index) => [data[index]])] },
            { ...raw, data: encodeTensor(tensor, 'BASE64') },
            { ...raw, data: tensorBytes(tensor) },
            ...(datatype === 'BOOL'
              ? []
              : [
                  {
                    ...raw,
                    data: new NumberBlock({
                      shape: [values.length],
                      values: Float64Array.from(values),
                      booleans: false,
                    }),
                  },
                ]),
          ];
          for (const form of forms) {
            const read = elementReader(form);
            for (let index = 0; index < values.length; index += 1)
              expect(read(index)).toBe(numberAt(tensor, index));
          }
        },
      ),
    );
  });

  it('reads texts from lists, and knows of no other place for them', () => {
    const raw = { name: 'x', datatype: 'BYTES' as const, shape: [2, 1], data: [['CCO'], ['C']] as unknown };
    expect(elementReader(raw)(1)).toBe('C');
    expect(elementReader({ ...raw, data: 'AAAA' })(0)).toBeNull();
  });

  it('rounds to what the model gets', () => {
    expect(elementReader({ name: 'x', datatype: 'FP32', shape: [1], data: [0.1] })(0)).toBe(Math.fround(0.1));
    expect(elementReader({ name: 'x', datatype: 'FP64', shape: [], data: 0.1 })(0)).toBe(0.1);
    expect(elementReader({ name: 'x', datatype: 'FP64', shape: [1], data: ['NaN'] })(0)).toBeNaN();
  });
});
