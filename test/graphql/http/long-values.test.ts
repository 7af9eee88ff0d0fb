import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerText, LongBase64, LongJson } from '../../../src/graphql/http/long-values.js';
import { rounds } from '../../support/depth.js';

describe('an answer', () => {
  it('without long base64 is text', () => {
    expect(answerText({ data: { a: 'é', b: [1] }, extensions: undefined })).toBe(
      '{"data":{"a":"é","b":[1]}}\n',
    );
  });

  it('with it is the same JSON, in bytes', async () => {
    const long = fc
      .integer({ min: 0, max: 200_000 })
      .map((length) => new LongBase64(Buffer.alloc(length, 'retort')));
    const json = fc.jsonValue().map((value) => new LongJson(Buffer.from(JSON.stringify(value))));
    const answer = fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.oneof(long, json, fc.array(long), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(answer, long, async (data, one) => {
        const given = { first: one, data, again: one };
        const written = await answerText(given);
        expect(Buffer.isBuffer(written)).toBe(true);
        expect(written.toString() === `${JSON.stringify(given)}\n`).toBe(true);
      }),
      { numRuns: rounds(50) },
    );
  });

  it('of many megabytes is put together in turns', async () => {
    const numbers = Buffer.from(JSON.stringify(new Array(700_000).fill(1.5)));
    const given = { a: new LongJson(numbers), b: 'é', c: new LongBase64(Buffer.alloc(900_000, 'é')) };
    const written = answerText(given);
    expect(written).toBeInstanceOf(Promise);
    expect((await written).toString() === `${JSON.stringify(given)}\n`).toBe(true);
  });

  it('that cannot be stringified leaves the next one whole', () => {
    const endless: { long: LongBase64; self?: unknown } = { long: new LongBase64(Buffer.from('abc')) };
    endless.self = endless;
    expect(() => answerText(endless)).toThrow(TypeError);
    expect(JSON.stringify(new LongBase64(Buffer.from('abc')))).toBe('"YWJj"');
  });
});
