import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerText, LongBase64 } from '../../src/graphql/long-base64.js';
import { rounds } from '../support/depth.js';

describe('an answer', () => {
  it('without long base64 is text', () => {
    expect(answerText({ data: { a: 'é', b: [1] }, extensions: undefined })).toBe(
      '{"data":{"a":"é","b":[1]}}\n',
    );
  });

  it('with it is the same JSON, in bytes', () => {
    const long = fc
      .integer({ min: 0, max: 200_000 })
      .map((length) => new LongBase64(Buffer.alloc(length, 'retort')));
    const answer = fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.oneof(long, fc.array(long), fc.jsonValue()),
    );
    fc.assert(
      fc.property(answer, long, (data, one) => {
        const given = { first: one, data, again: one };
        const written = answerText(given);
        expect(Buffer.isBuffer(written)).toBe(true);
        expect(written.toString() === `${JSON.stringify(given)}\n`).toBe(true);
      }),
      { numRuns: rounds(50) },
    );
  });

  it('that cannot be stringified leaves the next one whole', () => {
    const endless: { long: LongBase64; self?: unknown } = { long: new LongBase64(Buffer.from('abc')) };
    endless.self = endless;
    expect(() => answerText(endless)).toThrow(TypeError);
    expect(JSON.stringify(new LongBase64(Buffer.from('abc')))).toBe('"YWJj"');
  });
});
