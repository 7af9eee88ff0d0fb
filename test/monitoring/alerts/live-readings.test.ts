import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BackgroundReadings } from '../../../src/monitoring/alerts/evaluation/background-readings.js';
import { ownErrors } from '../../../src/monitoring/alerts/evaluation/metric-windows.js';
import { driftedFeatures } from '../../../src/monitoring/alerts/evaluation/live-drift.js';
import { Tally } from '../../../src/monitoring/metrics/index.js';
import { createLogger } from '../../../src/platform/logging.js';

const HOUR = 3_600_000;
const hour = { windowMs: HOUR, agoMs: 0 };

describe('readings in the background', () => {
  function readings() {
    const reads: string[][] = [];
    let fail = false;
    const found = new BackgroundReadings<string>({
      what: 'windows',
      logger: createLogger('silent'),
      read: async (names, { windowMs }, now) => {
        reads.push([...names]);
        await delay(1);
        if (fail) throw new Error('away');
        return names.map((name) => (name === 'nobody' ? undefined : `${name} ${windowMs / HOUR} ${now}`));
      },
    });
    return { reads, found, setFail: (value: boolean) => (fail = value) };
  }

  it('answer nothing at first, then what was read last, and read again when it is old', async () => {
    const { reads, found } = readings();
    expect(found.find('one', hour)).toBeUndefined();
    found.refresh(1_000);
    found.refresh(1_000);
    await found.settled();
    expect(reads).toEqual([['one']]);
    expect(found.find('one', hour)).toBe('one 1 1000');
    // A window of an hour is read every ten seconds.
    for (const now of [6_000, 10_999, 11_000]) {
      found.find('one', hour);
      found.refresh(now);
      await found.settled();
    }
    expect(reads).toHaveLength(2);
    expect(found.find('one', hour)).toBe('one 1 11000');
  });

  it('read a new deployment at once, and one that nobody asks for no more', async () => {
    const { reads, found } = readings();
    found.find('one', hour);
    found.refresh(0);
    await found.settled();
    found.find('two', hour);
    found.refresh(1);
    await found.settled();
    expect(reads).toEqual([['one'], ['two']]);
    found.refresh(HOUR);
    found.refresh(2 * HOUR);
    await found.settled();
    expect(reads).toHaveLength(2);
  });

  it('keep what was read while nothing can be read, and go on afterwards', async () => {
    const { found, setFail } = readings();
    found.find('one', hour);
    found.refresh(0);
    await found.settled();
    setFail(true);
    found.find('one', hour);
    found.refresh(60_000);
    await found.settled();
    expect(found.find('one', hour)).toBe('one 1 0');
    setFail(false);
    found.refresh(70_000);
    await found.settled();
    expect(found.find('one', hour)).toBe('one 1 70000');
  });

  it('read many in portions', async () => {
    const { reads, found } = readings();
    for (let place = 0; place < 45; place += 1) found.find(`d${place}`, hour);
    found.refresh(0);
    await found.settled();
    expect(reads.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(found.find('d44', hour)).toBe('d44 1 0');
  });
});

describe('drifted features', () => {
  const feature = (verdict: 'STABLE' | 'DRIFTED' | 'NOT_ENOUGH_DATA') => ({ verdict }) as never;

  it.each([
    { why: 'nothing is served', reports: [], is: null },
    {
      why: 'there is too little',
      reports: [{ verdict: 'NOT_ENOUGH_DATA', features: [feature('DRIFTED')] }],
      is: null,
    },
    { why: 'all is stable', reports: [{ verdict: 'STABLE', features: [feature('STABLE')] }], is: 0 },
    {
      why: 'two of three drifted, of two versions',
      reports: [
        { verdict: 'DRIFTED', features: [feature('DRIFTED'), feature('STABLE')] },
        { verdict: 'DRIFTED', features: [feature('DRIFTED')] },
        { verdict: 'NOT_ENOUGH_DATA', features: [] },
      ],
      is: 2,
    },
  ] as const)('$why: $is', ({ reports, is }) => {
    expect(driftedFeatures(reports)).toBe(is);
  });
});

describe('failures that callers could not have put right', () => {
  it('are those with a code of the system', () => {
    const tally = new Tally();
    for (const code of ['INVALID_TENSOR', 'OVERLOADED', 'OVERLOADED', 'DEADLINE_EXCEEDED', 'INTERNAL'])
      tally.failed(code);
    expect([tally.errors, ownErrors(tally)]).toEqual([5, 4]);
  });
});

describe('the share of requests within a time', () => {
  it('lies between the exact ones of one per cent less and more', () => {
    const ms = fc.oneof(
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 60_000, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 300 }), ms, (values, limit) => {
        const tally = new Tally();
        for (const value of values) tally.measured(0, value);
        const share = tally.sketch('latency')?.shareWithin(limit) ?? Number.NaN;
        const exact = (at: number) => values.filter((value) => value <= at).length / values.length;
        expect(share).toBeGreaterThanOrEqual(exact(limit * 0.98 - 1e-6));
        expect(share).toBeLessThanOrEqual(exact(limit * 1.02 + 1e-6));
      }),
    );
  });

  it('is nothing without requests', () => {
    expect(new Tally().sketch('latency')?.shareWithin(1) ?? null).toBeNull();
  });
});
