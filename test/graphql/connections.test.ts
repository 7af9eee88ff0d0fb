import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { connect, type Connection, MAX_PAGE, pageOf, pageSize } from '../../src/graphql/connections.js';
import {
  deploymentCursors,
  eventCursors,
  modelCursors,
  revisionCursors,
  versionCursors,
} from '../../src/graphql/positions.js';

const rows = (numbers: readonly number[], counted = { times: 0 }) => ({
  cursors: versionCursors,
  position: (row: number) => row,
  page: async (window: Parameters<typeof pageOf<number, number>>[1]) =>
    pageOf(numbers, window, (row, position) => row - position),
  count: async () => {
    counted.times += 1;
    return numbers.length;
  },
});
const list = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 60 })
  .map((numbers) => numbers.sort((a, b) => a - b));

describe('connections', () => {
  it('lead through every list, forwards and backwards, in its own order', async () => {
    await fc.assert(
      fc.asyncProperty(list, fc.integer({ min: 1, max: 20 }), async (numbers, size) => {
        const forwards: number[] = [];
        for (let after: string | null = null, more = true; more;) {
          const page: Connection<number> = await connect({ first: size, after }, rows(numbers));
          forwards.push(...page.edges.map(({ node }) => node));
          expect(page.edges.length).toBeLessThanOrEqual(size);
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        }
        const backwards: number[] = [];
        for (let before: string | null = null, more = true; more;) {
          const page: Connection<number> = await connect({ last: size, before }, rows(numbers));
          backwards.unshift(...page.edges.map(({ node }) => node));
          ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
        }
        expect(forwards).toEqual(numbers);
        expect(backwards).toEqual(numbers);
      }),
    );
  });

  it('stay right while rows come and go', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, fc.integer({ min: 1, max: 10 }), async (numbers, changes, size) => {
        const seen: number[] = [];
        let now = numbers;
        for (let after: string | null = null, step = 0, more = true; more; step += 1) {
          const page: Connection<number> = await connect({ first: size, after }, rows(now));
          seen.push(...page.edges.map(({ node }) => node));
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
          const change = changes[step];
          if (change !== undefined)
            now = now.includes(change)
              ? now.filter((row) => row !== change)
              : [...now, change].sort((a, b) => a - b);
        }
        expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
        const stayed = numbers.filter((row) => !changes.includes(row));
        expect(seen).toEqual(expect.arrayContaining(stayed));
      }),
    );
  });

  it('count only when asked', async () => {
    const counted = { times: 0 };
    const page = await connect({}, rows([1, 2, 3], counted));
    expect(counted.times).toBe(0);
    expect(await page.totalCount()).toBe(3);
  });

  it('read 20 rows by default, at most 100, and none when none are wanted', async () => {
    expect(pageSize({})).toEqual({ take: 20, fromEnd: false });
    expect(pageSize({ first: 1_000_000 })).toEqual({ take: MAX_PAGE, fromEnd: false });
    expect(pageSize({ last: 500 })).toEqual({ take: MAX_PAGE, fromEnd: true });
    expect((await connect({ first: 0 }, rows([1, 2]))).edges).toEqual([]);
  });

  it.each([{ first: -1 }, { last: -5 }, { first: 1, last: 1 }])('refuse %j', async (given) => {
    await expect(connect(given, rows([1]))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('cursors', () => {
  const models = modelCursors({ field: 'CREATED_AT', direction: 'ASC' });
  const position = { value: '2026-01-02T03:04:05.006Z', id: '01a20a59-41d3-71da-94bd-94c575ff8636' };

  it('read what they wrote', () => {
    expect(models.decode(models.encode(position))).toEqual(position);
    expect(deploymentCursors.decode(deploymentCursors.encode({ name: 'esol' }))).toEqual({ name: 'esol' });
    fc.assert(
      fc.property(fc.nat(), (number) =>
        expect(versionCursors.decode(versionCursors.encode(number))).toBe(number),
      ),
    );
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (number) =>
        expect(eventCursors.decode(eventCursors.encode(number))).toBe(number),
      ),
    );
  });

  it('are refused by any other list, and in any other order', () => {
    const byName = modelCursors({ field: 'NAME', direction: 'ASC' });
    const wrong = expect.objectContaining({ code: 'CURSOR_INVALID' });
    expect(() => byName.decode(models.encode(position))).toThrow(wrong);
    expect(() => revisionCursors.decode(versionCursors.encode(3))).toThrow(wrong);
    expect(() => eventCursors.decode(versionCursors.encode(3))).toThrow(wrong);
    expect(() => eventCursors.decode('9223372036854775808')).toThrow(wrong);
    expect(() => models.decode(models.encode({ ...position, value: 'yesterday' }))).toThrow(wrong);
    expect(() => models.decode(models.encode({ ...position, id: '1' }))).toThrow(wrong);
  });

  it('never fail in any other way', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          for (const cursors of [models, versionCursors, deploymentCursors]) {
            expect(() => cursors.decode(text)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
          }
        },
      ),
    );
  });
});
