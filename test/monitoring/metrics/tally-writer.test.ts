import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MetricsStore } from '../../../src/monitoring/metrics/stored/metrics-store.js';
import { pruneMetrics } from '../../../src/monitoring/metrics/stored/pruning.js';
import { TallyWriter } from '../../../src/monitoring/metrics/stored/tally-writer.js';
import { cover } from '../../../src/monitoring/metrics/stored/cover.js';
import { DeploymentTally } from '../../../src/monitoring/metrics/tallies/deployment-tally.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import { DatabaseUnavailable } from '../../../src/platform/failures.js';
import { createLogger } from '../../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../../support/databases.js';

const NOON = Date.UTC(2026, 4, 1, 12) / 1_000;
const HOUR = 3_600;
const DAY = 86_400;
const logger = createLogger('silent');

/** The real one, away when the test says so. */
class LeavingStore extends MetricsStore {
  away = false;

  override async write(...given: Parameters<MetricsStore['write']>): Promise<void> {
    if (this.away) throw new DatabaseUnavailable('away');
    return super.write(...given);
  }
}

function span(name: string, start: number, requests = 1) {
  const tally = new DeploymentTally();
  for (let count = 0; count < requests; count += 1)
    tally.part({ id: 'version', number: 1, modelName: 'esol' }).failed('OVERLOADED');
  return { deployment: { id: name, name }, start, tally };
}

describe.each(databaseKinds)('what was measured, on its way to the database: %s', (kind) => {
  let database: DatabaseHandle;
  let store: LeavingStore;
  const lost: Date[] = [];
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.client.metricsTally.deleteMany();
    await database.client.metricsGap.deleteMany();
    await database.client.metricsRun.deleteMany();
    store = new LeavingStore(database.client);
    lost.splice(0);
  });
  afterAll(() => database.close());

  const writerOf = (maxBytes?: number) => {
    const writer = new TallyWriter(store, logger, (at) => lost.push(at), maxBytes);
    writer.begin(1);
    return writer;
  };
  const requestsIn = async (name: string, since: number, until: number) => {
    const sum = new DeploymentTally();
    for (const { data } of await store.read([name], cover(since, until))) sum.add(data);
    return sum.total().requests;
  };
  const rows = async () =>
    (await database.client.metricsTally.findMany()).reduce<Record<string, number>>(
      (counts, { seconds, merged }) => {
        const key = merged ? `${seconds} merged` : String(seconds);
        return { ...counts, [key]: (counts[key] ?? 0) + 1 };
      },
      {},
    );

  it('is put together by minutes and hours as they end, and counted once at every stage', async () => {
    const writer = writerOf();
    for (let start = NOON; start < NOON + HOUR + 120; start += 10) {
      writer.add([span('one', start), span('two', start, 2)], start + 10);
      if (start % 600 === 0) await writer.flush(start + 10);
    }
    await writer.flush(NOON + HOUR + 120);
    expect(await rows()).toEqual({ '10 merged': 744, '60 merged': 120, '60': 4, '3600': 2 });
    expect(await requestsIn('one', NOON, NOON + HOUR + 120)).toBe(372);
    expect(await requestsIn('two', NOON, NOON + HOUR + 120)).toBe(744);
    expect(await requestsIn('one', NOON + 70, NOON + HOUR)).toBe(353);
    expect(await requestsIn('one', NOON - 10, NOON + 10)).toBe(1);
  });

  it('comes late without being lost or counted twice, into an hour that is over too', async () => {
    const writer = writerOf();
    writer.add([span('one', NOON)], NOON + 10);
    await writer.flush(NOON + 3 * HOUR);
    expect(await rows()).toEqual({ '10 merged': 1, '60 merged': 1, '3600': 1 });
    writer.add([span('one', NOON + 20), span('one', NOON + 120)], NOON + 3 * HOUR);
    await writer.flush(NOON + 3 * HOUR + 60);
    expect(await requestsIn('one', NOON, NOON + HOUR)).toBe(3);
    expect(await requestsIn('one', NOON, NOON + 60)).toBe(2);
  });

  it('waits while the database is away, and is written once it is back', async () => {
    const writer = writerOf();
    store.away = true;
    for (let start = NOON; start < NOON + 300; start += 10) {
      writer.add([span('one', start)], start + 10);
      await writer.flush(start + 10);
    }
    expect(writer.isBehind).toBe(true);
    expect(await rows()).toEqual({});
    store.away = false;
    await writer.flush(NOON + 310);
    expect(writer.isBehind).toBe(false);
    expect(await requestsIn('one', NOON, NOON + 300)).toBe(30);
    expect(lost).toEqual([]);
    expect(await store.gaps()).toEqual([]);
  });

  it('is given up, oldest first, where too much waits, and that is told and kept', async () => {
    const size = span('one', NOON).tally.bytes().length;
    const writer = writerOf(10 * size);
    store.away = true;
    for (let start = NOON; start < NOON + 300; start += 10) writer.add([span('one', start)], start + 10);
    store.away = false;
    await writer.flush(NOON + 310);
    expect(await requestsIn('one', NOON, NOON + 300)).toBe(10);
    expect(await requestsIn('one', NOON + 200, NOON + 300)).toBe(10);
    expect(lost.at(-1)).toEqual(new Date((NOON + 300) * 1_000));
    expect(await store.gaps()).toEqual([new Date((NOON + 310) * 1_000)]);
  });

  it('is written once, when nobody could tell whether it was', async () => {
    const tally = { deploymentId: 'one', start: NOON, run: 1, data: span('one', NOON).tally.bytes() };
    await store.write([tally], 10);
    await store.write([tally], 10);
    expect(await requestsIn('one', NOON, NOON + 10)).toBe(1);
  });

  it('has a gap where a process did not end in order, and none where it did', async () => {
    const first = new Date(NOON * 1_000);
    expect(await store.begin(first)).toBe(1);
    await store.end();
    expect(await store.begin(new Date((NOON + 60) * 1_000))).toBe(2);
    expect(await store.gaps()).toEqual([]);
    const third = new Date((NOON + 120) * 1_000);
    expect(await store.begin(third)).toBe(3);
    expect(await store.gaps()).toEqual([third]);
  });

  it('is removed when it is too old, each length at its own time', async () => {
    const writer = writerOf();
    for (let hour = 0; hour < 100; hour += 1)
      writer.add([span('one', NOON + hour * HOUR)], NOON + hour * HOUR);
    const now = NOON + 100 * HOUR;
    await writer.flush(now);
    await store.addGap(new Date((now - 4 * DAY) * 1_000));
    await store.addGap(new Date((now - HOUR) * 1_000));
    await pruneMetrics(store, { spans: 6 * HOUR, minutes: DAY, hours: 3 * DAY }, now);
    const left = await database.client.metricsTally.groupBy({
      by: ['seconds'],
      _count: true,
      _min: { start: true },
    });
    expect(
      left
        .toSorted((a, b) => a.seconds - b.seconds)
        .map(({ seconds, _count, _min }) => [
          seconds,
          _count,
          (now - (_min.start?.getTime() ?? 0) / 1_000) / HOUR,
        ]),
    ).toEqual([
      [10, 6, 6],
      [60, 24, 24],
      [3_600, 72, 72],
    ]);
    expect(await store.gaps()).toEqual([new Date((now - HOUR) * 1_000)]);
  });
});
