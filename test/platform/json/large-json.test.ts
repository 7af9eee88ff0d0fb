import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  JSON_LIMITS,
  JsonReader,
  NumberBlock,
  placeBlocks,
  scanJson,
} from '../../../src/platform/json/index.js';

const reader = new JsonReader();
afterAll(() => reader.close());

/** As the transports read it, with every block made into arrays again. */
async function read(text: string, { tolerant = false } = {}): Promise<{ value: unknown; rest: number }> {
  const { rest, blocks } = await reader.scan(Buffer.from(text), { tolerant });
  return {
    value: placeBlocks(JSON.parse(rest.toString()), blocks, () => false),
    rest: rest.length,
  };
}

const floats = (count: number, from = 0) => Array.from({ length: count }, (_, index) => (from + index) / 7);
const LONG = floats(1_000);

describe('large JSON', () => {
  it.each<[string, unknown]>([
    ['a list', { data: LONG }],
    ['lists of lists', { data: Array.from({ length: 300 }, (_, row) => floats(5, row)) }],
    ['numbers one by one', { data: LONG.map((value) => [value]) }],
    ['three deep', [{ a: { b: Array.from({ length: 40 }, () => [floats(4), floats(4)]) } }]],
    ['several', { x: LONG, y: [1, { z: floats(900) }, floats(800)], t: 'Łódź "[1,2]" \\' }],
    ['the extremes', { data: [...LONG, -0, 5e-324, 1.7976931348623157e308, -1e-7, 123456789012345680000] }],
    ['booleans', { data: Array.from({ length: 1_000 }, (_, index) => index % 3 === 0) }],
    ['words for what is no number', { data: [...LONG, 'NaN', 'Infinity', '-Infinity', ...LONG] }],
  ])(
    'is what JSON.parse makes of it, though its numbers never were JavaScript arrays: %s',
    async (_, value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 1)]) {
        const { value: result, rest } = await read(text);
        expect(Object.is(JSON.stringify(result), JSON.stringify(value)) || result).toBe(true);
        expect(rest).toBeLessThan(1_000);
      }
    },
  );

  it.each<[string, string]>([
    [
      'an uneven nesting',
      JSON.stringify(Array.from({ length: 900 }, (_, row) => (row === 500 ? [1] : [1, 2]))),
    ],
    ['texts among numbers', JSON.stringify({ data: [...LONG, 'one', ...LONG] })],
    ['booleans among numbers', JSON.stringify({ data: [...LONG, true] })],
    ['null among numbers', JSON.stringify({ data: [...LONG, null] })],
    ['levels mixed', JSON.stringify({ data: [...LONG, [1]] })],
    ['a number too large to be held', `{"data":[${LONG.join(',')},1e999]}`],
    ['nothing but lists', JSON.stringify(Array.from({ length: 3_000 }, () => []))],
  ])('that is no tensor is left to the parser: %s', async (_, text) => {
    const { value } = await read(text);
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it.each<[string, string]>([
    ['a leading zero', `[${LONG.join(',')},01]`],
    ['a plus', `[${LONG.join(',')},+1]`],
    ['a lone minus', `[${LONG.join(',')},-]`],
    ['a point without digits', `[${LONG.join(',')},1.]`],
    ['two points', `[${LONG.join(',')},1.2.3]`],
    ['two numbers without a comma', `[${LONG.join(',')},1 2]`],
    ['a comma at the end', `[${LONG.join(',')},]`],
    ['a comma at the beginning', `[,${LONG.join(',')}]`],
    ['no end', `[${LONG.join(',')}`],
    ['the wrong end', `[${LONG.join(',')}}`],
    ['a bare NaN', `[${LONG.join(',')},NaN]`],
    ['an empty list inside', `[[${LONG.join(',')}],[]`],
  ])('that is no JSON stays none: %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(SyntaxError);
  });

  it('is the same as JSON.parse whatever it is', async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constant(-0),
    );
    const run = fc
      .array(number, { minLength: 1, maxLength: 6 })
      .map((few) => Array.from({ length: 900 }, (_, index) => few[index % few.length]));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        run,
        run.map((values) => values.map((value) => [value])),
        fc.jsonValue(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(0, 2), async (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { value: result } = await read(text);
        expect(JSON.stringify(result)).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps every digit of integers that no double holds, where digits count', async () => {
    const wide = ['9223372036854775807', '-9223372036854775808', '9007199254740993', '1e17', '12'];
    const text = `{"data":[${Array.from({ length: 400 }, () => wide.join(', ')).join(',')}]}`;
    const { blocks } = await reader.scan(Buffer.from(text), { tolerant: true });
    const elements = [...(blocks[0]?.block.elements() ?? [])].slice(-5);
    expect(elements).toEqual([9223372036854775807n, -9223372036854775808n, 9007199254740993n, 1e17, 12]);
  });

  it('takes bare not-a-number and infinities where the serving protocols do', async () => {
    const text = `{"data":[${LONG.join(',')},NaN,-Infinity, Infinity ,1]}`;
    const { value } = await read(text, { tolerant: true });
    expect((value as { data: unknown[] }).data.slice(-4)).toEqual(['NaN', '-Infinity', 'Infinity', 1]);
  });

  it('puts nothing in the place of a key that comes twice', async () => {
    const { value } = await read(`{"a":[${LONG.join(',')}],"a":null,"b":[${LONG.join(',')}],"b":{"c":1}}`);
    expect(value).toEqual({ a: null, b: { c: 1 } });
  });

  it('is not looked at again for each list around it', async () => {
    // Every one of the lists around them holds the text at the end, so none of them is a tensor.
    const numbers = Array.from({ length: 200_000 }, () => 1).join(',');
    const text = `${'['.repeat(900)}${numbers},"x"${']'.repeat(900)}`;
    const { counts } = await reader.scan(Buffer.from(text), { tolerant: false });
    expect(counts.openings).toBe(900);
  });

  it('is bounded in what it would become, before any of it does', () => {
    const many = (part: string, times: number) => Buffer.from(`[${`${part},`.repeat(times)}0]`);
    expect(scanJson(many('{}', JSON_LIMITS.objects))).toBe('objects');
    expect(scanJson(many('""', JSON_LIMITS.strings + 1))).toBe('strings');
    expect(scanJson(Buffer.from('['.repeat(JSON_LIMITS.depth + 1)))).toBe('depth');
    expect(scanJson(many('0', JSON_LIMITS.openings * 2))).toMatchObject({ counts: { openings: 1 } });
  });

  it('takes a tensor of two million numbers in lists of their own', async () => {
    const text = `[${'[0.5],'.repeat(JSON_LIMITS.openings - 2)}[0.5]]`;
    const { blocks } = await reader.scan(Buffer.from(text), { tolerant: false });
    expect(blocks[0]?.block.shape).toEqual([JSON_LIMITS.openings - 1, 1]);
    await expect(reader.scan(Buffer.from(`[[0.5],${text.slice(1)}`), { tolerant: false })).rejects.toThrow(
      /at most 2,000,000 objects and arrays/,
    );
  });

  it('is a block only where a tensor is meant', async () => {
    const { rest, blocks } = await reader.scan(Buffer.from(JSON.stringify({ a: LONG, b: LONG })), {
      tolerant: false,
    });
    const placed = placeBlocks(JSON.parse(rest.toString()), blocks, ([key]) => key === 'a') as Record<
      string,
      unknown
    >;
    expect(placed.a).toBeInstanceOf(NumberBlock);
    expect(placed.b).toEqual(LONG);
  });
});
