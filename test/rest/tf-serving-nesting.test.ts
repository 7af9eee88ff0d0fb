import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeTensor, type TensorSpec } from '../../src/tensors/index.js';
import { classification, regression } from '../../src/rest/tf-serving/example-answers.js';
import { nestedPieces } from '../../src/rest/tf-serving/nested-pieces.js';
import { fromNested, toNested, toRows } from '../../src/rest/tf-serving/nested-tensor.js';
import { predictAnswer } from '../../src/rest/tf-serving/predict-answer.js';
import type { Tensor } from '../../src/tensors/index.js';

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
        expect([...nestedPieces(tensor)].join('')).toBe(toNested(tensor));
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

describe('a long answer', () => {
  const never = new AbortController().signal;
  const int32 = (name: string, shape: number[]): Tensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { name, datatype: 'INT32', shape, data: Int32Array.from({ length: count }, (_, index) => index) };
  };
  const rows = (tensor: Tensor): unknown[] => JSON.parse(toNested(tensor)) as unknown[];
  /** Compared as text: a difference would be shown in all its length. */
  const expectWritten = async (answer: string | Promise<Buffer>, expected: unknown): Promise<void> => {
    expect(typeof answer).toBe('object');
    expect((await answer).toString() === JSON.stringify(expected)).toBe(true);
  };

  it.each([[50_000], [30_000, 2], [3, 20_000], [3, 2, 9_000], [1, 40_000, 1]])(
    'of one output is its nested lists, by columns and by rows: [%d,…]',
    async (...shape) => {
      const tensor = int32('y', shape);
      await expectWritten(predictAnswer({ form: 'columnar', inputs: 0 }, [tensor], never), {
        outputs: rows(tensor),
      });
      const call = { form: 'row' as const, instances: new Array<unknown>(shape[0]).fill(0) };
      await expectWritten(predictAnswer(call, [tensor], never), { predictions: rows(tensor) });
    },
  );

  it.each([
    { first: [20_000, 2], second: [20_000] },
    { first: [2, 20_000], second: [2] },
    { first: [3, 6_000], second: [3, 6_000, 1] },
  ])('of several outputs names them: $first and $second', async ({ first, second }) => {
    const [a, b] = [int32('a', first), int32('b', second)];
    await expectWritten(predictAnswer({ form: 'columnar', inputs: 0 }, [a, b], never), {
      outputs: { a: rows(a), b: rows(b) },
    });
    const call = { form: 'row' as const, instances: new Array<unknown>(first[0] ?? 0).fill(0) };
    const inB = rows(b);
    const predictions = rows(a).map((row, index) => ({ a: row, b: inB[index] }));
    await expectWritten(predictAnswer(call, [a, b], never), { predictions });
  });

  it('of classes has the label and score of each, and of regressions each number', async () => {
    const [examples, classes] = [9_000, 3];
    const data = Float32Array.from({ length: examples * classes }, (_, index) => index / 4);
    const labels = Array.from(data, (_, index) => `class ${index % classes}`);
    const scores: Tensor = { name: 's', datatype: 'FP32', shape: [examples, classes], data };
    const names: Tensor = { name: 'l', datatype: 'BYTES', shape: [examples, classes], data: labels };
    const at = (example: number, label: (at: number) => string) =>
      [0, 1, 2].map((one) => [label(example * classes + one), (example * classes + one) / 4]);
    const expected = (label: (at: number) => string) => ({
      results: Array.from({ length: examples }, (_, example) => at(example, label)),
    });
    await expectWritten(
      classification.answer([names, scores], never),
      expected((place) => `class ${place % classes}`),
    );
    await expectWritten(
      classification.answer([scores], never),
      expected(() => ''),
    );
    const numbers = { ...scores, shape: [examples * classes, 1] };
    await expectWritten(regression.answer([numbers], never), { results: Array.from(data) });
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
