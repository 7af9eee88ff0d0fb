import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeTensor, type DataType } from '../../src/tensors/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { rounds } from '../support/depth.js';

function decode(datatype: DataType, shape: readonly number[], data: unknown) {
  return decodeTensor({ name: 'x', datatype, shape, data });
}

function refusal(datatype: DataType, shape: readonly number[], data: unknown): string {
  try {
    decode(datatype, shape, data);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    expect((error as DomainError).code).toBe('INVALID_TENSOR');
    return (error as DomainError).message;
  }
  throw new Error('expected a refusal');
}

describe('decodeTensor accepts', () => {
  it.each<[string, DataType, number[], unknown, unknown[]]>([
    ['flat arrays', 'FP32', [2, 2], [1, 2, 3, 4.5], [1, 2, 3, 4.5]],
    ['nested arrays', 'FP32', [2, 1, 2], [[[1, 2]], [[3, 4]]], [1, 2, 3, 4]],
    ['a scalar by itself', 'FP64', [], 2.5, [2.5]],
    ['a scalar in an array', 'FP64', [], [2.5], [2.5]],
    ['nothing, flat', 'INT32', [0, 4], [], []],
    ['nothing, nested', 'INT32', [2, 0], [[], []], []],
    [
      'the names of non-finite floats',
      'FP32',
      [3],
      ['NaN', 'Infinity', '-Infinity'],
      [NaN, Infinity, -Infinity],
    ],
    ['booleans and bits', 'BOOL', [4], [true, false, 1, 0], [1, 0, 1, 0]],
    ['64-bit integers as strings', 'INT64', [2], ['-9223372036854775808', 7], [-(2n ** 63n), 7n]],
    ['unsigned 64-bit integers', 'UINT64', [1], ['18446744073709551615'], [2n ** 64n - 1n]],
    ['halves', 'FP16', [3], [1, -2, 65504], [0x3c00, 0xc000, 0x7bff]],
    ['strings', 'BYTES', [2], ['a', ''], ['a', '']],
    ['base64', 'FP32', [1], 'AACAPw==', [1]],
    ['negative zero', 'FP32', [1], [-0], [-0]],
  ])('%s', (_, datatype, shape, data, expected) => {
    const tensor = decode(datatype, shape, data);
    expect(Array.from<unknown>(tensor.data)).toEqual(expected);
    expect(tensor.shape).toEqual(shape);
  });

  it('gives every typed array a buffer of its own size, ready to be transferred', () => {
    for (const data of [[1, 2, 3], 'AACAPwAAgD8AAIA/']) {
      const { data: values } = decode('FP32', [3], data);
      if (!(values instanceof Float32Array)) throw new Error('expected a Float32Array');
      expect([values.byteOffset, values.buffer.byteLength]).toEqual([0, 12]);
    }
  });
});

describe('decodeTensor refuses', () => {
  it.each<[DataType, number[], unknown, string]>([
    ['FP32', [2, 4], [1, 2, 3, 4, 5, 6], 'Input "x": shape [2,4] holds 8 values, got 6'],
    ['FP32', [2, 2], [[1, 2], [3]], 'Input "x": shape [2,2] needs 2 entries in data[1], got 1'],
    ['FP32', [2, 2], [[1, 2], 3], 'Input "x": shape [2,2] needs an array at data[1], got 3'],
    ['FP32', [4], [[1], [2], [3], [4]], 'Input "x": data[0] is nested deeper than shape [4] has dimensions'],
    [
      'FP32',
      [2, 2, 2],
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      'Input "x": shape [2,2,2] needs 2 entries in data[0], got 4',
    ],
    [
      'FP32',
      [2],
      [1, [2]],
      'Input "x": expected a number, or "NaN", "Infinity" or "-Infinity", at index 1, got an array of 1',
    ],
    [
      'FP32',
      [2],
      [1, null],
      'Input "x": expected a number, or "NaN", "Infinity" or "-Infinity", at index 1, got null',
    ],
    [
      'FP32',
      [1],
      ['1.5'],
      'Input "x": expected a number, or "NaN", "Infinity" or "-Infinity", at index 0, got "1.5"',
    ],
    [
      'FP32',
      [1],
      [1e39],
      'Input "x": 1e+39 at index 0 is outside FP32 (-3.4028234663852886e+38 to 3.4028234663852886e+38)',
    ],
    [
      'FP32',
      [1],
      [JSON.parse('1e999')],
      'Input "x": expected a finite number at index 0, got Infinity (send "Infinity" as a string if it is meant)',
    ],
    ['FP16', [1], [65520], 'Input "x": 65520 at index 0 is outside FP16 (-65504 to 65504)'],
    ['UINT8', [3], [1, 2, 300], 'Input "x": 300 at index 2 is outside UINT8 (0 to 255)'],
    ['UINT32', [1], [-1], 'Input "x": -1 at index 0 is outside UINT32 (0 to 4294967295)'],
    ['INT32', [1], [1.5], 'Input "x": expected a whole number at index 0 for INT32, got 1.5'],
    ['INT32', [1], ['NaN'], 'Input "x": expected a number at index 0, got "NaN"'],
    [
      'INT64',
      [1],
      [2 ** 60],
      'Input "x": 1152921504606847000 at index 0 is beyond 2^53, where a JSON number loses digits: send it as a string',
    ],
    [
      'INT64',
      [1],
      ['9223372036854775808'],
      'Input "x": 9223372036854775808 at index 0 is outside INT64 (-9223372036854775808 to 9223372036854775807)',
    ],
    [
      'INT64',
      [1],
      ['0x10'],
      'Input "x": expected a whole number, or one as a string, at index 0 for INT64, got "0x10"',
    ],
    ['BOOL', [1], [2], 'Input "x": expected true, false, 0 or 1 at index 0, got 2'],
    ['BYTES', [1], [1], 'Input "x": expected a string at index 0, got 1'],
    ['FP32', [1], { a: 1 }, 'Input "x": expected an array of values or a base64 string, got an object'],
    ['FP32', [1], null, 'Input "x": expected an array of values or a base64 string, got null'],
    ['FP32', [2], 'AACAPw==', 'Input "x": shape [2] holds 8 bytes of FP32, got 4'],
    [
      'FP32',
      [1],
      'AACAPw=',
      'Input "x": shape [1] came as base64 of 7 characters, which is not a multiple of 4 (the "=" at the end belong to it)',
    ],
    ['FP32', [1], 'AACA_w==', 'Input "x": shape [1] came as a string that is not base64: "_" at position 4'],
    ['FP32', [1], 'AA==Pw==', 'Input "x": shape [1] came as a string that is not base64: "=" at position 2'],
    [
      'FP32',
      [1],
      'AACA\u0141w==',
      'Input "x": shape [1] came as a string that is not base64: "\u0141" at position 4',
    ],
    ['FP32', [1], 'AACA Pw=', 'Input "x": shape [1] came as a string that is not base64: " " at position 4'],
    [
      'UINT8',
      [1],
      'AB==',
      'Input "x": shape [1] came as base64 whose last character before the "=" has bits that belong to no byte',
    ],
    ['BOOL', [3], 'AQAC', 'Input "x": shape [3] holds BOOL bytes of 0 or 1, got 2 at index 2'],
    ['BYTES', [1], 'BQAAAGE=', 'Input "x": shape [1] came as bytes that end inside element 0'],
    [
      'BYTES',
      [1],
      'AQAAAP8=',
      'Input "x": shape [1] came with an element 0 that is not UTF-8, and the runtime\'s strings are text (send raw bytes as UINT8)',
    ],
    [
      'BYTES',
      [1],
      'AwAAAGEAYg==',
      'Input "x": shape [1] came with an element 0 that has NUL (character 1), where the runtime would cut it off',
    ],
    [
      'BYTES',
      [2],
      ['ok', 'a\0b'],
      'Input "x": expected text at index 1, got NUL (character 1), where the runtime would cut it off',
    ],
    [
      'BYTES',
      [1],
      ['😀\ud83d!'],
      'Input "x": expected text at index 0, got half of a surrogate pair (U+D83D, character 2), which UTF-8 cannot hold',
    ],
    ['FP32', [-1, 4], [], 'Input "x": expected whole sizes of 0 or more in its shape, got -1 at dimension 0'],
    ['FP32', [1.5], [], 'Input "x": expected whole sizes of 0 or more in its shape, got 1.5 at dimension 0'],
    [
      'FP32',
      [2 ** 31, 2 ** 31],
      [],
      'Input "x": shape [2147483648,2147483648] is larger than 2147483647 elements, the most a tensor may have',
    ],
    [
      'FP32',
      [2 ** 32, 0],
      [],
      'Input "x": shape [4294967296,0] is larger than 2147483647 elements, the most a tensor may have',
    ],
    ['FP32', new Array<number>(65).fill(1), [1], 'Input "x": expected at most 64 dimensions, got 65'],
  ])('%s %j %j', (datatype, shape, data, message) => {
    expect(refusal(datatype, shape, data)).toBe(message);
  });

  it('at the place in the caller’s input', () => {
    const place = (shape: number[]) => {
      try {
        decodeTensor({ name: 'x', datatype: 'FP32', shape, data: [1, 2] }, ['input', 'inputs', '0']);
      } catch (error) {
        return (error as DomainError).field;
      }
      return undefined;
    };
    expect(place([3])).toEqual(['input', 'inputs', '0', 'data']);
    expect(place([-3])).toEqual(['input', 'inputs', '0', 'shape']);
  });

  it('a vast shape without allocating for it', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(refusal('FP64', [2_000_000_000], [1])).toContain('holds 2000000000 values, got 1');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });

  it('deep nesting without exhausting the stack', () => {
    let data: unknown = 1;
    for (let depth = 0; depth < 200_000; depth += 1) data = [data];
    expect(refusal('FP32', [1, 1], data)).toContain('nested deeper than shape [1,1]');
  });
});

describe('decodeTensor takes as base64', () => {
  /** What an encoder wrote, with some of its characters replaced, added or left out. */
  const damaged = fc
    .tuple(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(
        fc.record({
          at: fc.nat(60),
          removed: fc.nat(4),
          added: fc.array(
            fc.constantFrom('A', 'b', '/', '+', '=', '-', '_', ' ', '\n', '\0', 'é', 'Ł', '😀'),
            { maxLength: 4 },
          ),
        }),
        { maxLength: 3 },
      ),
    )
    .map(([bytes, edits]) => {
      const characters = Array.from(Buffer.from(bytes).toString('base64'));
      for (const { at, removed, added } of edits) characters.splice(at, removed, ...added);
      return characters.join('');
    });

  it('exactly what encoding gives back', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const bytes = Buffer.from(text, 'base64');
        const isWhole = bytes.toString('base64') === text;
        if (isWhole) expect(decode('UINT8', [bytes.length], text).data).toEqual(new Uint8Array(bytes));
        else expect(refusal('UINT8', [bytes.length], text)).toContain('base64');
      }),
      { numRuns: rounds(2_000) },
    );
  });

  it('numbers into a buffer of their own, however large', () => {
    for (const count of [0, 1, 65_537]) {
      const values = Float32Array.from({ length: count }, (_, index) => index / 3);
      const { data } = decode('FP32', [count], Buffer.from(values.buffer).toString('base64'));
      expect(data).toEqual(values);
      expect((data as Float32Array).buffer.byteLength).toBe(count * 4);
    }
  });
});
