import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DATA_TYPES, decodeTensor, tensorBytes, type Tensor } from '../../src/tensors/index.js';
import { readInferRequest } from '../../src/rest/open-inference/infer-request.js';
import { parseTolerantJson } from '../../src/platform/json/index.js';

/** A body of the binary tensor extension: JSON, then each tensor's bytes. */
function bodyOf(tensors: readonly Tensor[]): { body: Buffer; jsonBytes: number } {
  const bytes = tensors.map((tensor) => tensorBytes(tensor));
  const inputs = tensors.map(({ name, datatype, shape }, index) => ({
    name,
    datatype,
    shape,
    parameters: { binary_data_size: bytes[index]?.length },
  }));
  const json = Buffer.from(JSON.stringify({ inputs }));
  return { body: Buffer.concat([json, ...bytes]), jsonBytes: json.length };
}

const elements = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 9 });
const tensors = fc
  .array(fc.tuple(fc.constantFrom(...DATA_TYPES), elements), { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map(([datatype, values], index) => {
      const data = datatype === 'BYTES' ? values.map((value) => 'é'.repeat(value)) : values;
      return decodeTensor({ name: `input ${index}`, datatype, shape: [values.length], data });
    }),
  );

describe('a request of the binary tensor extension', () => {
  it('gives back every tensor of every type, in any order and number', () => {
    fc.assert(
      fc.property(tensors, (sent) => {
        const { body, jsonBytes } = bodyOf(sent);
        const { inputs } = readInferRequest(body, String(jsonBytes));
        expect(inputs.map((input) => decodeTensor(input))).toEqual(sent);
      }),
    );
  });

  it('cut anywhere is refused, and never read as something else', () => {
    fc.assert(
      fc.property(tensors, fc.nat(), (sent, cut) => {
        const { body, jsonBytes } = bodyOf(sent);
        const shorter = body.subarray(0, cut % body.length);
        expect(() => readInferRequest(shorter, String(jsonBytes))).toThrow(/Expected|expected/);
      }),
    );
  });

  it('is taken as views of the body: reading copies nothing', () => {
    const { body, jsonBytes } = bodyOf([
      { name: 'x', datatype: 'FP32', shape: [2], data: new Float32Array([1, 2]) },
    ]);
    const data = readInferRequest(body, String(jsonBytes)).inputs[0]?.data as Buffer;
    expect(data.buffer).toBe(body.buffer);
    expect(data.byteOffset).toBe(body.byteOffset + jsonBytes);
  });
});

describe('the parameters of a request', () => {
  const read = (parameters: object) =>
    readInferRequest(Buffer.from(JSON.stringify({ parameters, inputs: [] })), undefined);

  it.each([
    [undefined, 'NORMAL'],
    [null, 'NORMAL'],
    [0, 'NORMAL'],
    [1, 'HIGH'],
    [2, 'NORMAL'],
    [3, 'LOW'],
    [1_000_000, 'LOW'],
  ])('read priority %p as %s', (priority, expected) => {
    expect(read({ priority }).priority).toBe(expected);
  });

  it.each([-1, 0.5, '1', true, []])('refuse priority %p', (priority) => {
    expect(() => read({ priority })).toThrow(/parameters\.priority/);
  });

  it.each([
    [undefined, undefined],
    [0, undefined],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [600_000_000, 600_000],
  ])('read a timeout of %p microseconds as a deadline of %p ms', (timeout, expected) => {
    expect(read({ timeout }).deadlineMs).toBe(expected);
  });
});

describe('JSON with bare NaN and Infinity', () => {
  const parse = (text: string) => parseTolerantJson(Buffer.from(text));
  const json = fc.jsonValue({ maxDepth: 4 });

  const isBeyondDouble = (part: unknown) =>
    Number.isInteger(part) && !Number.isSafeInteger(part) && !JSON.stringify(part).includes('e');

  it('keeps every digit of an integer, wherever it stands', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        const parsed = parse(`{"inputs":[{"data":[ ${value} ,-0.5,[NaN,${value}]],"id":"[${value},"}]}`);
        const read = Number.isSafeInteger(Number(value)) ? Number(value) : value;
        expect(parsed).toEqual({ inputs: [{ data: [read, -0.5, ['NaN', read]], id: `[${value},` }] });
      }),
    );
  });

  it('reads JSON as JSON', () => {
    fc.assert(
      fc.property(json, (value) =>
        expect(parse(JSON.stringify(value))).toEqual(
          JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
            isBeyondDouble(part) ? BigInt(JSON.stringify(part)) : part,
          ),
        ),
      ),
    );
  });

  it('reads the tokens wherever a value may stand, and leaves every string alone', () => {
    const text = fc.string({
      unit: fc.constantFrom('NaN', 'Infinity', '-', '"', '\\', ',', '[', ' ', 'é', 'x'),
    });
    const token = fc.constantFrom('NaN', 'Infinity', '-Infinity');
    const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
    const item = fc.oneof(
      fc.tuple(space, token, space).map(([a, value, b]) => ({ text: a + value + b, value: value })),
      fc.oneof(text, fc.integer()).map((value) => ({ text: JSON.stringify(value), value: value })),
    );
    fc.assert(
      fc.property(fc.array(item), text, (items, key) => {
        const list = `[${items.map((entry) => entry.text).join(',')}]`;
        const values = items.map(({ value }) => value);
        expect(parse(`{${JSON.stringify(key)}:${list},"one":NaN}`)).toEqual({ one: 'NaN', [key]: values });
      }),
    );
    expect(parse('NaN')).toBe('NaN');
  });

  it.each([
    '[NaNx]',
    '[xNaN]',
    '[-NaN]',
    '[Nan]',
    '{NaN:1}',
    '{"a" NaN}',
    '[NaN',
    '["NaN]',
    '[1 NaN]',
    '[Infinity1]',
    '',
  ])('refuses %s', (text) => expect(() => parse(text)).toThrow(/not valid JSON/));

  it('refuses bytes that are not UTF-8 instead of reading other characters', () => {
    expect(() => parseTolerantJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/UTF-8/);
  });

  it('reads a large body of tokens in little time and memory', () => {
    const count = 500_000;
    const values = parse(`[${'NaN,'.repeat(count)}NaN]`) as unknown[];
    expect(values).toHaveLength(count + 1);
  });
});
