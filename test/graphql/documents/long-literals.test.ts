import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LONG_LITERAL_BYTES, setAside } from '../../../src/graphql/documents/long-literals.js';
import { rounds } from '../../support/depth.js';

const parse = (text: string): unknown => JSON.parse(text);

/** What `parse` was shown, and what came of it; the same refusal counts as the same result. */
function read(body: Buffer): { shown: number; result: unknown } {
  let shown = 0;
  try {
    const { rest, putBack } = setAside(body);
    shown = rest.length;
    return { shown, result: putBack(parse(rest.toString())) };
  } catch (error) {
    return { shown, result: (error as Error).name };
  }
}

function plain(body: Buffer): unknown {
  try {
    return parse(body.toString());
  } catch (error) {
    return (error as Error).name;
  }
}

const long = (bytes: number) => Buffer.alloc(bytes, 'retort').toString('base64');
const LONG = long(LONG_LITERAL_BYTES);

describe('a body with long base64', () => {
  it.each<[string, string]>([
    ['by itself', JSON.stringify(LONG)],
    ['as a value', JSON.stringify({ query: '{ a }', variables: { data: LONG, then: 'Łódź' } })],
    ['several times', JSON.stringify({ a: [LONG, { b: LONG }], c: long(100_000), d: long(49_153) })],
    ['with spaces', JSON.stringify({ data: LONG, more: [1, LONG] }, null, 4)],
    ['among long arrays', JSON.stringify({ n: [...Buffer.alloc(40_000)], data: LONG, m: ['x'] })],
    ['behind a literal that ends in a backslash', JSON.stringify({ a: 'b\\', data: LONG })],
    ['without its padding', JSON.stringify({ data: long(50_000).replace(/=+$/, '') })],
    ['in the other alphabet', JSON.stringify({ data: `-_-_${LONG}` })],
  ])('is parsed as ever, without its being looked at: %s', (_, text) => {
    const body = Buffer.from(text);
    const { shown, result } = read(body);
    expect(result).toEqual(plain(body));
    expect(shown).toBeLessThan(body.length - LONG.length + 200);
  });

  it.each<[string, string]>([
    ['a key', JSON.stringify({ [LONG]: 1, b: 2 })],
    ['a key with spaces behind it', `{"${LONG}" \n\t: 1}`],
    ['behind an escaped quote', `{"a":"b\\"${LONG}"}`],
    ['behind an escaped backslash', `["\\\\${LONG}"]`],
    ['with an escape in it', `["${LONG}\\u0041${LONG}"]`],
    ['with a line break in it', `["${LONG}\n${LONG}"]`],
    ['with a NUL in it', `["${LONG}\0${LONG}"]`],
    ['with other characters in it', JSON.stringify([`${LONG}Ł${LONG}`, `${LONG}é`, `${LONG} `])],
    ['between literals', `["a"${LONG}"b"]`],
    ['without its end', `["${LONG}`],
    ['without its beginning', `[${LONG}"]`],
    ['only, with quotes before it', `"${LONG}`],
    ['with one character too many', JSON.stringify([`${LONG}A`])],
    ['with three signs of padding', JSON.stringify([`${LONG.slice(0, -3)}===`])],
  ])('is parsed as ever: %s', (_, text) => {
    const body = Buffer.from(text);
    expect(read(body).result).toEqual(plain(body));
  });

  it('is parsed as ever, whatever surrounds it', () => {
    const piece = fc.oneof(
      fc.constantFrom('"', '\\', ',', ':', '[', ']', '{', '}', ' ', '\n', '"a":', '1', 'é', '\\"', '='),
      fc.constantFrom(LONG, `"${LONG}"`, `"data":"${LONG}"`),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, isList) => {
        const text = isList ? `[${pieces.join(',')}]` : pieces.join('');
        const body = Buffer.from(text);
        expect(read(body).result).toEqual(plain(body));
      }),
      { numRuns: rounds(300) },
    );
  });

  it('may be nested as deep as the parser goes', () => {
    const depth = 5_000;
    const body = Buffer.from(`${'['.repeat(depth)}"${LONG}"${']'.repeat(depth)}`);
    let value = read(body).result;
    for (let level = 0; level < depth; level += 1) value = (value as unknown[])[0];
    expect(value).toBe(LONG);
  });
});
