import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeTensor, type TensorSpec } from '../../src/inference/index.js';
import { fromNested, toNested, toRows } from '../../src/rest/tf-serving/nested-tensor.js';

const text: TensorSpec = { name: 'text', datatype: 'BYTES', shape: [-1] };
const read = (value: unknown, spec: TensorSpec) => decodeTensor(fromNested(value, spec, 'inputs'));

describe('nested lists', () => {
  it('come back as they went, whole and row by row', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, (sizes) => {
        const count = sizes.reduce((product, size) => product * size, 1);
        const data = Int32Array.from({ length: count }, (_, index) => index);
        const tensor = { name: 'x', datatype: 'INT32' as const, shape: sizes, data };
        const nested: unknown = JSON.parse(toNested(tensor));
        expect(read(nested, { name: 'x', datatype: 'INT32', shape: sizes.map(() => -1) })).toEqual(tensor);
        if (sizes.length > 0) expect(JSON.parse(`[${toRows(tensor).join(',')}]`)).toEqual(nested);
      }),
    );
  });

  it('without elements have the dimensions the signature fixes', () => {
    expect(read([[], []], { name: 'x', datatype: 'FP32', shape: [-1, -1, 3] }).shape).toEqual([2, 0, 3]);
    expect(toNested({ name: 'y', datatype: 'FP32', shape: [2, 0, 3], data: new Float32Array(0) })).toBe(
      '[[],[]]',
    );
    expect(toRows({ name: 'y', datatype: 'FP32', shape: [0, 3], data: new Float32Array(0) })).toEqual([]);
  });
});

it('keeps the sign of zero, in floats of every size', () => {
  const tensor = { name: 'y', shape: [3] };
  expect(toNested({ ...tensor, datatype: 'FP64', data: Float64Array.of(-0, 0, -1) })).toBe('[-0.0,0,-1]');
  expect(toNested({ ...tensor, datatype: 'FP16', data: Uint16Array.of(0x8000, 0, 0xbc00) })).toBe(
    '[-0.0,0,-1]',
  );
  expect(read(JSON.parse('[-0.0,0,-1]'), { ...text, name: 'y', datatype: 'FP64' }).data).toEqual(
    Float64Array.of(-0, 0, -1),
  );
});

describe('strings', () => {
  it('are text, or base64 in an object', () => {
    expect(read(['a', { b64: Buffer.from('bé').toString('base64') }], text).data).toEqual(['a', 'bé']);
    expect(read({ b64: 'YQ' }, { ...text, shape: [] })).toMatchObject({ shape: [], data: ['a'] });
    // Four characters of base64 alphabet are a word all the same.
    expect(read('text', { ...text, shape: [] }).data).toEqual(['text']);
  });

  it.each([
    [{ b64: 'not base64!' }, /b64 in inputs to be a base64 string, got "not base64!"/],
    [{ b64: 7 }, /to be a base64 string, got 7/],
    [{ b64: '/w==' }, /to hold UTF-8 text.*UINT8/],
    [{ b64: 'YQ==', more: 1 }, /expected a string at index 0, got an object/],
  ])('refuse %j', (value, message) => {
    expect(() => read([value], text)).toThrow(message);
  });

  it('are answered as base64 where the output’s name says that they are bytes', () => {
    const tensor = { datatype: 'BYTES' as const, shape: [1], data: ['a"b'] };
    expect(toNested({ name: 'text', ...tensor })).toBe('["a\\"b"]');
    expect(toNested({ name: 'image_bytes', ...tensor })).toBe('[{"b64":"YSJi"}]');
  });
});
