import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { advance, type OpenState } from '../../../src/monitoring/alerts/evaluation/advance.js';
import {
  HistoryWindows,
  type HistoryPart,
  type MetricHistory,
} from '../../../src/monitoring/alerts/evaluation/metric-history.js';
import { observe } from '../../../src/monitoring/alerts/evaluation/observe.js';
import { replay } from '../../../src/monitoring/alerts/evaluation/replay.js';
import { patienceOf } from '../../../src/monitoring/alerts/rules/condition.js';
import { readCondition } from '../../../src/monitoring/alerts/rules/condition-input.js';

const STEP = 10_000;
const START = 1_700_000_000_000;
const deployment = {
  id: 'id',
  name: 'esol',
  state: 'READY',
  servingSince: 0,
  versionPublishedAt: 0,
  versionRef: 'esol@1',
  versionId: 'v',
};

/** Parts of ten seconds, one after the other: requests and how many of them failed. */
function history(counts: readonly (readonly [number, number])[]): MetricHistory {
  return {
    parts: counts.map(([requests, errors], place) => ({
      start: START + place * STEP,
      lengthMs: STEP,
      requests,
      errors,
      ownErrors: 0,
      cacheHits: 0,
      queueDepth: null,
      memoryBytes: null,
    })),
    knownSince: START,
    resolutionMs: STEP,
    latencies: () => ({ quantile: () => null, shareWithin: () => null }),
  };
}

const condition = readCondition({
  threshold: { metric: 'ERROR_RATE', operator: 'ABOVE', value: 0.5, clearValue: 0.2, window: 30_000 },
});
const run = (counts: readonly (readonly [number, number])[], forMs = 0) =>
  replay({ condition, forMs }, deployment, history(counts), {
    since: START,
    until: START + counts.length * STEP,
  });
const at = (date: Date | null | undefined) => (date ? (date.getTime() - START) / STEP : null);

describe('a replay', () => {
  it('says when it would have fired and been resolved', async () => {
    const fine = [10, 0] as const;
    const bad = [10, 10] as const;
    const { firings, looks, stepMs } = await run([fine, fine, fine, bad, bad, bad, fine, fine, fine, fine]);
    expect(stepMs).toBe(STEP);
    expect(looks).toBe(11);
    // Two of three windows of ten seconds are bad at 5; at 9 none of the last three is.
    expect(firings.map(({ firedAt, resolvedAt }) => [at(firedAt), at(resolvedAt)])).toEqual([[5, 9]]);
    expect(firings[0]).toMatchObject({ value: 2 / 3, threshold: 0.5 });
  });

  it('respects the duration, and leaves open what did not end', async () => {
    const counts = [
      ...Array.from({ length: 6 }, () => [10, 0] as const),
      ...Array.from({ length: 9 }, () => [10, 10] as const),
    ];
    expect(
      (await run(counts, 30_000)).firings.map(({ firedAt, resolvedAt }) => [at(firedAt), at(resolvedAt)]),
    ).toEqual([[11, null]]);
    expect((await run(counts, 600_000)).firings).toEqual([]);
  });

  it('knows nothing before anything was kept', async () => {
    const { firings } = await run([
      [10, 10],
      [10, 10],
    ]);
    expect(firings).toEqual([]);
  });

  it('says what looks would have said that were made while it happened', async () => {
    const part = fc
      .tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }))
      .map(([a, b]) => [Math.max(a, b), b] as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 80 }),
        fc.constantFrom(0, 20_000, 60_000),
        async (counts, forMs) => {
          const { firings } = await run(counts, forMs);
          const windows = new HistoryWindows(history(counts));
          let state: OpenState | null = null;
          const fired: number[] = [];
          for (let place = 0; place <= counts.length; place += 1) {
            const now = START + place * STEP;
            const metrics = {
              knownSince: START,
              lastRequestAt: () => null,
              window: (_: string, windowMs: number) => windows.window(windowMs, now),
            };
            const seen = observe(
              condition,
              deployment,
              {
                metrics,
                drift: { driftedFeatures: () => null },
                qualities: { quality: () => undefined },
              },
              now,
            );
            const policy = { forMs, patienceMs: patienceOf(condition), maxGapMs: 30_000 };
            const step = advance(state, seen, policy, now);
            ({ state } = step);
            if (step.action === 'FIRE') fired.push(now);
          }
          expect(firings.map(({ firedAt }) => firedAt.getTime())).toEqual(fired);
        },
      ),
    );
  });
});

describe('windows of the past', () => {
  it('count exactly what ended within them', () => {
    const part = fc
      .tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 }))
      .map(([a, b]) => [Math.max(a, b), b] as const);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 50 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 60 }),
        (counts, end, length) => {
          const known = history(counts);
          const until = START + end * STEP;
          const found = new HistoryWindows(known).window(length * STEP, until);
          if (length > end) {
            expect(found).toBeUndefined();
            return;
          }
          const inside = known.parts.filter(
            ({ start, lengthMs }: HistoryPart) => start >= until - length * STEP && start + lengthMs <= until,
          );
          expect(found?.requests).toBe(inside.reduce((sum, { requests }) => sum + requests, 0));
          expect(found?.errors).toBe(inside.reduce((sum, { errors }) => sum + errors, 0));
        },
      ),
    );
  });

  it('know when the last request was', () => {
    const windows = new HistoryWindows(
      history([
        [1, 0],
        [0, 0],
        [0, 0],
      ]),
    );
    expect(windows.lastRequestAt(START + 3 * STEP)).toBe(START + STEP);
    expect(windows.lastRequestAt(START)).toBeNull();
  });
});
