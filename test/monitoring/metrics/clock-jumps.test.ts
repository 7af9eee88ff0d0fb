import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MetricsClock } from '../../../src/monitoring/metrics/metrics-clock.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import { openTestDatabase } from '../../support/databases.js';
import { MeasuredServer, type Asked } from './support/measured-server.js';
import { TestTime } from './support/test-time.js';

const START_MS = Date.UTC(2026, 4, 1, 12, 0, 0, 250);
const HOUR_MS = 3_600_000;
const ASKED: Asked = { deployment: 'first', version: 1, ms: 5, rows: 1, code: null, cacheHit: false };

describe('a clock for metrics', () => {
  it('goes as time does, follows the wall clock forward, and never goes back', () => {
    const time = new TestTime(START_MS);
    const clock = new MetricsClock(time);
    time.pass(1_500);
    clock.adjust();
    expect(clock.now()).toBe(START_MS + 1_500);
    time.jump(HOUR_MS);
    clock.adjust();
    expect(clock.now()).toBe(START_MS + 1_500 + HOUR_MS);
    time.jump(-2 * HOUR_MS);
    clock.adjust();
    time.pass(1_000);
    expect(clock.now()).toBe(START_MS + 2_500 + HOUR_MS);
    time.pass(3 * HOUR_MS);
    clock.adjust();
    expect(clock.now()).toBe(START_MS + 2_500 + 4 * HOUR_MS);
  });

  it('does not take drift for a jump', () => {
    const time = new TestTime(START_MS);
    const clock = new MetricsClock(time);
    time.jump(900);
    clock.adjust();
    expect(clock.now()).toBe(START_MS);
  });
});

describe('metrics, when the wall clock is set', () => {
  let database: DatabaseHandle;
  let server: MeasuredServer;
  let time: TestTime;
  beforeAll(async () => {
    database = await openTestDatabase('embedded');
  });
  afterEach(() => server.metrics.close());
  afterAll(() => database.close());

  const begin = async () => {
    time = new TestTime(START_MS);
    server = new MeasuredServer(database.client, time, ['first']);
    await server.start();
  };
  const askEachSecond = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      server.ask(ASKED);
      server.seconds(1);
    }
  };

  it('back by an hour, lose nothing and tell nothing negative', async () => {
    await begin();
    askEachSecond(30);
    time.jump(-HOUR_MS);
    askEachSecond(30);
    const told = await server.metrics.window('first', 120_000);
    expect(told.requests).toBe(60);
    expect(told.at.getTime()).toBeGreaterThan(told.since.getTime());
    expect(told.requestRate).toBeCloseTo(60 / ((told.at.getTime() - told.since.getTime()) / 1_000), 9);
    const points = await server.metrics.series('first', { windowMs: 120_000, maxPoints: 600 });
    expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(60);
    expect(points.every(({ requests, requestRate }) => requests <= 10 && requestRate <= 10)).toBe(true);
  });

  it('forward by an hour, go on there, and keep what was before', async () => {
    await begin();
    askEachSecond(30);
    time.jump(HOUR_MS);
    server.seconds(1);
    askEachSecond(30);
    expect((await server.metrics.window('first', 60_000)).requests).toBe(30);
    expect((await server.metrics.window('first', 2 * HOUR_MS)).requests).toBe(60);
  });

  it('forward by ten years and back, still count what happens now', async () => {
    await begin();
    askEachSecond(15);
    time.jump(10 * 365 * 24 * HOUR_MS);
    askEachSecond(15);
    time.jump(-10 * 365 * 24 * HOUR_MS);
    askEachSecond(15);
    expect((await server.metrics.window('first', 10_000)).requests).toBe(10);
    // A new process believes the wall clock, and finds what was measured by it.
    await server.restart(true);
    askEachSecond(5);
    expect((await server.metrics.window('first', 600_000)).requests).toBeGreaterThanOrEqual(20);
  });
});
