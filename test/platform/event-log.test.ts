import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { REQUEST_EVENT_KINDS } from '../../src/inference/index.js';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { EventLog, type EventRecord, type NewEvent } from '../../src/platform/events/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../support/databases.js';

const event = (message: string, more: Partial<NewEvent> = {}): NewEvent => ({
  kind: 'MODEL_UPDATED',
  message,
  actor: 'test',
  ...more,
});

describe.each(databaseKinds)('event log on %s', (kind) => {
  let database: DatabaseHandle;
  let log: EventLog;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(() => {
    log = new EventLog(database.client, createLogger('silent'), { prunable: REQUEST_EVENT_KINDS });
  });
  afterEach(() => log.close());

  const append = (...messages: string[]) =>
    log.transaction(async () => ({ result: undefined, events: messages.map((message) => event(message)) }));

  async function take(count: number, options: Parameters<EventLog['subscribe']>[0]): Promise<EventRecord[]> {
    const received: EventRecord[] = [];
    for await (const record of log.subscribe(options)) {
      received.push(record);
      if (received.length === count) break;
    }
    return received;
  }

  it('writes one line for a failed request, by which its id is found', () => {
    const lines: unknown[] = [];
    const logger = { ...createLogger('silent'), info: (...line: unknown[]) => void lines.push(line) };
    const told = new EventLog(database.client, logger as never);
    const failure = new Error('no');
    const failed = event('infer on esol failed: no', { requestId: 'r-1', data: { code: 'RUN_FAILED' } });
    for (let hand = 0; hand < 3; hand += 1) told.recordFailure(failure, failed);
    expect(lines).toEqual([
      [{ requestId: 'r-1', actor: 'test', code: 'RUN_FAILED' }, 'infer on esol failed: no'],
    ]);
    return told.close();
  });

  it('gives cursors without a gap, in the order of commit, under concurrent transactions', async () => {
    const before = await log.latest();
    await Promise.all(Array.from({ length: 20 }, (_, index) => append(`a${index}`, `b${index}`)));
    const events = await log.page({ after: before, take: 100, fromEnd: false });
    expect(events.map(({ cursor }) => cursor - before)).toEqual(
      Array.from({ length: 40 }, (_, index) => BigInt(index + 1)),
    );
  });

  it('appends nothing when the transaction fails', async () => {
    const before = await log.latest();
    await expect(
      log.transaction(async (tx) => {
        await tx.model.create({
          data: { name: 'never-there', title: 't', domain: 'GENERAL', createdBy: 'test' },
        });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await log.latest()).toBe(before);
    expect(await database.client.model.count({ where: { name: 'never-there' } })).toBe(0);
  });

  it('replays from a cursor and goes on live, each event once and in order', async () => {
    const before = await log.latest();
    await append('1', '2', '3');
    const reading = take(203, { after: before });
    for (let index = 0; index < 100; index += 1) await append(`live ${index}`, `live ${index}`);
    const cursors = (await reading).map(({ cursor }) => cursor - before);
    expect(cursors).toEqual(Array.from({ length: 203 }, (_, index) => BigInt(index + 1)));
  });

  it('writes every request event but the one the database refuses, and those that come later', async () => {
    const before = await log.latest();
    const request = (message: string, more: Partial<NewEvent> = {}) =>
      event(message, { kind: 'REQUEST_FAILED', ...more });
    const all = Array.from({ length: 60 }, (_, index) => `request ${index}`);
    for (const message of all) {
      log.record(request(message));
      if (message === 'request 33') log.record(request('poison', { model: { id: 'no uuid', name: 'esol' } }));
    }
    const written = await take(60, { after: before });
    expect(written.map(({ message }) => message)).toEqual(all);
    log.record(request('later'));
    expect((await take(1, { after: written.at(-1)?.cursor ?? 0n }))[0]?.message).toBe('later');
  });

  it('loses and repeats nothing for a subscriber that reconnects with its last cursor, however often', async () => {
    const before = await log.latest();
    const total = 60;
    const writing = (async () => {
      for (let index = 0; index < total; index += 1) await append(`event ${index}`);
    })();
    const seen: bigint[] = [];
    let after = before;
    while (seen.length < total) {
      for (const { cursor } of await take(Math.min(7, total - seen.length), { after })) {
        seen.push(cursor - before);
        after = cursor;
      }
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => BigInt(index + 1)));
  });

  it('serves a reader far behind from the database, past what memory holds', async () => {
    const before = await log.latest();
    const live = log.subscribe({ after: before });
    await append('first');
    await live.next();
    const many = Array.from({ length: 6_000 }, (_, index) => event(`bulk ${index}`));
    await log.transaction(async () => ({ result: undefined, events: many }));
    const keepingUp = take(6_000, { after: before + 1n });
    expect((await keepingUp).at(-1)?.cursor).toBe(before + 6_001n);
    for (let expected = before + 2n; expected <= before + 6_001n; expected += 1n) {
      expect((await live.next()).value?.cursor).toBe(expected);
    }
    await live.return();
  });

  it('begins with what comes from now on when no cursor is given', async () => {
    await append('earlier');
    const reading = take(1, {});
    await delay(50);
    await append('later');
    expect((await reading)[0]?.message).toBe('later');
  });

  it('filters by kind and by name, in the replay and live', async () => {
    const before = await log.latest();
    const about = (name: string): NewEvent =>
      event(name, { model: { id: '00000000-0000-0000-0000-000000000001', name } });
    const write = (name: string) =>
      log.transaction(async () => ({ result: undefined, events: [about(name)] }));
    await write('wanted');
    await write('other');
    const reading = take(2, { after: before, filter: { model: 'wanted' } });
    await delay(50);
    await write('other');
    await write('wanted');
    expect((await reading).map(({ modelName }) => modelName)).toEqual(['wanted', 'wanted']);
    expect(
      await log.page({ after: before, take: 10, fromEnd: false, filter: { kinds: ['MODEL_DELETED'] } }),
    ).toEqual([]);
  });

  it('answers any page of any kinds', async () => {
    const kinds = [
      'MODEL_UPDATED',
      'ALIAS_MOVED',
      'REQUEST_FAILED',
      'MODEL_DELETED',
      'REQUESTS_SERVED',
    ] as const;
    const before = await log.latest();
    const events = Array.from({ length: 60 }, (_, index) =>
      // The last kind never happens.
      event(`${index}`, { kind: kinds[((index * index) >> 2) % (kinds.length - 1)] ?? 'MODEL_UPDATED' }),
    );
    await log.transaction(async () => ({ result: undefined, events }));
    const all = await log.page({ after: before, take: 100, fromEnd: false });
    const cursor = fc.option(
      fc.nat({ max: events.length + 1 }).map((place) => before + BigInt(place)),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...kinds), { maxLength: 7 }),
        cursor,
        cursor,
        fc.integer({ min: 1, max: 70 }),
        fc.boolean(),
        async (wanted, after = before, end, take, fromEnd) => {
          const found = all.filter(
            (record) =>
              wanted.includes(record.kind as (typeof kinds)[number]) &&
              record.cursor > after &&
              (end === undefined || record.cursor < end),
          );
          const page = await log.page({ filter: { kinds: wanted }, after, before: end, take, fromEnd });
          expect(page).toEqual(fromEnd ? found.slice(-take) : found.slice(0, take));
        },
      ),
    );
    expect(await log.page({ filter: { kinds: ['ALIAS_MOVED'] }, take: 1, fromEnd: true })).toEqual(
      all.filter(({ kind: one }) => one === 'ALIAS_MOVED').slice(-1),
    );
  });

  it('writes recorded events in order, together', async () => {
    const before = await log.latest();
    for (let index = 0; index < 1_200; index += 1)
      log.record(event(`recorded ${index}`, { kind: 'REQUEST_FAILED' }));
    await log.close();
    const written = await log.page({ after: before, take: 2_000, fromEnd: false });
    expect(written.map(({ message }) => message)).toEqual(
      Array.from({ length: 1_200 }, (_, index) => `recorded ${index}`),
    );
  });

  it('prunes request events only, and tells whoever would miss them', async () => {
    const before = await log.latest();
    await append('kept');
    log.record(event('pruned', { kind: 'REQUESTS_SERVED' }));
    await delay(200);
    await log.prune(new Date(Date.now() + 1_000));
    const left = await log.page({ after: before, take: 10, fromEnd: false });
    expect(left.map(({ message }) => message)).toEqual(['kept']);
    await expect(take(1, { after: before })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    const audit = await take(1, { after: before, filter: { kinds: ['MODEL_UPDATED'] } });
    expect(audit[0]?.message).toBe('kept');
  });

  it('refuses a cursor of the future', async () => {
    const latest = await log.latest();
    await expect(take(1, { after: latest + 5n })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('ends a subscription when its signal aborts and when the log closes', async () => {
    const abort = new AbortController();
    const reading = take(1, { signal: abort.signal });
    const waiting = take(1, {});
    await delay(30);
    abort.abort();
    expect(await reading).toEqual([]);
    await log.close();
    expect(await waiting).toEqual([]);
  });
});
