import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeploymentMetrics } from '../../../src/monitoring/index.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import { databaseKinds, openTestDatabase } from '../../support/databases.js';
import { rounds } from '../../support/depth.js';
import { MeasuredServer, type Asked, type Remembered } from './support/measured-server.js';
import { TestTime } from './support/test-time.js';

const START_MS = Date.UTC(2026, 4, 1, 12, 0, 0);
const NAMES = ['first', 'second'];

const asked: fc.Arbitrary<Asked> = fc.record({
  deployment: fc.constantFrom(...NAMES),
  version: fc.integer({ min: 0, max: 2 }),
  ms: fc.double({ min: 0.01, max: 2_000, noNaN: true }),
  rows: fc.integer({ min: 1, max: 100 }),
  code: fc.option(fc.constantFrom('INVALID_TENSOR', 'RUN_FAILED'), { freq: 4 }),
  cacheHit: fc.boolean(),
});

type Step =
  | { readonly what: 'ask'; readonly requests: readonly Asked[] }
  | { readonly what: 'seconds'; readonly count: number }
  | { readonly what: 'leap'; readonly count: number }
  | { readonly what: 'part'; readonly ms: number }
  | { readonly what: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('ask'),
      requests: fc.array(asked, { minLength: 1, maxLength: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('seconds'), count: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('leap'), count: fc.integer({ min: 30, max: 9_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('part'), ms: fc.integer({ min: 1, max: 999 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart') }) },
);

const WINDOWS_S = [1, 7, 10, 60, 300, 900, 901, 1_800, 3_600, 7_200, 21_600, 86_400, 2_592_000];

/** What a window must tell, from every request there was. */
function direct(
  all: readonly Remembered[],
  { deploymentName: name, since, at }: DeploymentMetrics,
  isLive: boolean,
) {
  const from = since.getTime() / 1_000;
  // With the second that runs.
  const until = Math.floor(at.getTime() / 1_000) + (isLive ? 1 : 0);
  const within = all.filter(
    ({ deployment, second }) => deployment === name && second >= from && second < until,
  );
  const failed = within.filter(({ code, version }) => code !== null || version === 0);
  const answered = within.filter(({ code, version }) => code === null && version !== 0);
  const sorted = answered.map(({ ms }) => ms).sort((a, b) => a - b);
  const rank = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
  return {
    requests: within.length,
    errors: failed.length,
    rows: answered.reduce((sum, { rows }) => sum + rows, 0),
    cacheHits: answered.filter(({ cacheHit }) => cacheHit).length,
    runs: answered.filter(({ cacheHit }) => !cacheHit).length,
    versions: [...new Set(within.map(({ version }) => version))].filter((version) => version > 0).sort(),
    p50: rank(0.5),
    p99: rank(0.99),
    max: sorted.at(-1) ?? null,
  };
}

function expectClose(told: number | null, exact: number | null): void {
  if (exact === null) expect(told).toBeNull();
  else expect(Math.abs((told ?? NaN) - exact)).toBeLessThanOrEqual(0.0101 * exact);
}

function expectSame(told: DeploymentMetrics, all: readonly Remembered[], isLive: boolean): void {
  const expected = direct(all, told, isLive);
  expect({
    requests: told.requests,
    errors: told.errors,
    rows: told.rows,
    cacheHits: told.cacheHits,
    runs: told.batchSizes.reduce((sum, { count }) => sum + count, 0),
    versions: told.versions.map(({ versionNumber }) => versionNumber),
  }).toEqual({
    requests: expected.requests,
    errors: expected.errors,
    rows: expected.rows,
    cacheHits: expected.cacheHits,
    runs: expected.runs,
    versions: expected.versions,
  });
  expect(told.errorsByCode.reduce((sum, { count }) => sum + count, 0)).toBe(expected.errors);
  expectClose(told.latency.p50, expected.p50);
  expectClose(told.latency.p99, expected.p99);
  expect(told.latency.max).toEqual(expected.max);
}

describe.each(databaseKinds)('windows of metrics, %s database', (kind) => {
  let database: DatabaseHandle;
  let server: MeasuredServer | null = null;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterEach(async () => {
    await server?.metrics.close();
    server = null;
  });
  afterAll(() => database.close());

  it('tell what happened in them, however it was stored, put together and read after restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 25 }),
        fc.array(
          fc.record({ window: fc.constantFrom(...WINDOWS_S), ago: fc.integer({ min: 0, max: 8_000 }) }),
          {
            minLength: 3,
            maxLength: 6,
          },
        ),
        async (steps, questions) => {
          const time = new TestTime(START_MS);
          const asking = (server = new MeasuredServer(database.client, time, NAMES));
          await asking.start();
          for (const each of steps) {
            if (each.what === 'ask') for (const request of each.requests) asking.ask(request);
            else if (each.what === 'seconds') asking.seconds(each.count);
            else if (each.what === 'leap') asking.leap(each.count);
            else if (each.what === 'part') time.pass(each.ms);
            else await asking.restart(true);
          }
          for (const { window, ago } of questions) {
            const until = ago % 3 === 0 ? null : new Date(time.wall() - ago * 1_000);
            for (const name of NAMES) {
              const told = await asking.metrics.window(name, window * 1_000, until);
              const lengthMs = told.at.getTime() - told.since.getTime();
              expect(lengthMs).toBeGreaterThanOrEqual(until === null ? window * 1_000 : 1_000);
              expectSame(told, asking.remembered, until === null);
            }
            const fleet = await asking.metrics.fleet(window * 1_000);
            expect(fleet.map(({ deploymentName }) => deploymentName)).toEqual(NAMES);
            for (const told of fleet) expectSame(told, asking.remembered, true);
          }
          await asking.metrics.close();
          server = null;
        },
      ),
      { numRuns: rounds(15) },
    );
  });

  it('are told as points that hold, together, all that happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 20 }),
        fc.constantFrom(...WINDOWS_S),
        fc.constantFrom(null, 1, 10, 60, 3_600),
        fc.constantFrom(2, 10, 600),
        async (steps, window, resolution, maxPoints) => {
          const time = new TestTime(START_MS);
          const asking = (server = new MeasuredServer(database.client, time, NAMES));
          await asking.start();
          for (const each of steps) {
            if (each.what === 'ask') for (const request of each.requests) asking.ask(request);
            else if (each.what === 'seconds') asking.seconds(each.count);
            else if (each.what === 'leap') asking.leap(each.count);
            else if (each.what === 'part') time.pass(each.ms);
            else await asking.restart(true);
          }
          const points = await asking.metrics.series('first', {
            windowMs: window * 1_000,
            resolutionMs: resolution === null ? null : resolution * 1_000,
            maxPoints,
          });
          expect(points.length).toBeLessThanOrEqual(maxPoints);
          for (const [place, point] of points.entries()) {
            const from = point.at.getTime() / 1_000;
            const next = points[place + 1];
            const to = next ? next.at.getTime() / 1_000 : Infinity;
            const within = asking.remembered.filter(
              ({ deployment, second }) => deployment === 'first' && second >= from && second < to,
            );
            expect(point.requests).toBe(within.length);
            if (next) expect(point.seconds).toBe(to - from);
          }
          await asking.metrics.close();
          server = null;
        },
      ),
      { numRuns: rounds(15) },
    );
  });
});
