import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { DocumentCache } from '../../../src/graphql/compiled/document-cache.js';
import { sha256 } from '../../../src/graphql/compiled/known-document.js';

const schema = buildSchema('type Query { a: String } type Mutation { b: String }');
const add = (cache: DocumentCache, source: string) => cache.add(source, parse(source));

describe('the cache of documents', () => {
  it('finds a document by its text and by its hash', () => {
    const cache = new DocumentCache(schema);
    const known = add(cache, '{ a }');
    expect(cache.find('{ a }')).toBe(known);
    expect(cache.findByHash(sha256('{ a }'))).toBe(known);
    expect(add(cache, '{ a }')).toBe(known);
    expect(cache.find('{ a } ')).toBeUndefined();
  });

  it('keeps a thousand, and forgets first what was not asked for the longest', () => {
    const cache = new DocumentCache(schema);
    const document = (number: number) => `{ a${number}: a }`;
    for (let number = 0; number < 1_000; number += 1) add(cache, document(number));
    expect(cache.find(document(0))).toBeDefined();
    add(cache, document(1_000));
    expect(cache.size).toBe(1_000);
    expect(cache.find(document(0))).toBeDefined();
    expect(cache.find(document(1))).toBeUndefined();
    expect(cache.findByHash(sha256(document(1)))).toBeUndefined();
  });

  it('keeps fewer when they are large, and none that is too large, however it is asked for', () => {
    const cache = new DocumentCache(schema);
    const large = (number: number) => `{ x${number}: a ${'a '.repeat(6_000)}}`;
    for (let number = 0; number < 40; number += 1) add(cache, large(number));
    expect(cache.size).toBeLessThan(20);
    expect(cache.find(large(39))).toBeDefined();
    const known = add(cache, `{ ${'a '.repeat(10_000)}}`);
    expect(known.operation(null)?.kind).toBe('query');
    expect(cache.find(known.source)).toBeUndefined();
  });

  it('names the operations of a document as GraphQL does', () => {
    const known = add(new DocumentCache(schema), 'query One { a } mutation Two { b }');
    expect(known.operation('One')).toMatchObject({ kind: 'query', name: 'One' });
    expect(known.operation('Two')).toMatchObject({ kind: 'mutation', name: 'Two' });
    expect(known.operation('Two')).toBe(known.operation('Two'));
    expect(known.operation('Three')).toBeNull();
    expect(known.operation(null)).toBeNull();
    expect(known.operation('')).toBeNull();
  });
});
