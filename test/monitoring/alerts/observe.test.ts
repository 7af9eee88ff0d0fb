import { describe, expect, it } from '@jest/globals';
import type {
  MetricSource,
  Quality,
  WindowMetrics,
} from '../../../src/monitoring/alerts/evaluation/metric-source.js';
import { observe } from '../../../src/monitoring/alerts/evaluation/observe.js';
import { readCondition, type ConditionInput } from '../../../src/monitoring/alerts/rules/condition-input.js';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const deployment = {
  id: 'id',
  name: 'esol',
  state: 'READY',
  servingSince: NOW - DAY,
  versionPublishedAt: NOW - 100 * DAY,
  versionRef: 'esol@1',
  versionId: 'v',
};

interface Measured {
  readonly requests?: number;
  readonly errors?: number;
  readonly ownErrors?: number;
  readonly p99?: number | null;
  readonly within?: number | null;
  readonly isComplete?: boolean;
}

function measured(
  windows: Record<string, Measured | undefined>,
  more: Partial<Pick<MetricSource, 'knownSince'>> & { last?: number | null } = {},
): MetricSource {
  return {
    knownSince: more.knownSince ?? NOW - 30 * DAY,
    lastRequestAt: () => more.last ?? null,
    window(_, windowMs, agoMs): WindowMetrics | undefined {
      const found = windows[`${windowMs / MINUTE}${agoMs === 0 ? '' : ` ${agoMs / MINUTE} ago`}`];
      if (!found) return undefined;
      const { requests = 0, errors = 0, ownErrors = 0, p99 = null, within = null, isComplete = true } = found;
      return {
        requests,
        errors,
        ownErrors,
        cacheHits: 0,
        isComplete,
        seconds: windowMs / 1_000,
        queueDepth: 3,
        memoryBytes: null,
        latency: () => p99,
        shareWithin: () => within,
      };
    },
  };
}

function look(
  condition: ConditionInput,
  metrics: MetricSource,
  more: {
    drifted?: number | null | undefined;
    state?: string;
    servingSince?: number;
    quality?: Quality | null | undefined;
  } = {},
) {
  const { drifted, quality, ...others } = more;
  const found = observe(
    readCondition(condition),
    { ...deployment, ...others },
    { metrics, drift: { driftedFeatures: () => drifted }, qualities: { quality: () => quality } },
    NOW,
  );
  return { ...found, message: found.message() };
}

describe('a threshold', () => {
  const errors = (requests: number, failed: number) =>
    look(
      { threshold: { metric: 'ERROR_RATE', operator: 'ABOVE', value: 0.1, clearValue: 0.05 } },
      measured({ 5: { requests, errors: failed } }),
    );

  it.each([
    { requests: 100, failed: 11, kind: 'BREACHED' },
    { requests: 100, failed: 10, kind: 'BETWEEN' },
    { requests: 100, failed: 6, kind: 'BETWEEN' },
    { requests: 100, failed: 5, kind: 'CLEAR' },
    { requests: 100, failed: 0, kind: 'CLEAR' },
    { requests: 0, failed: 0, kind: 'UNKNOWN' },
  ])('of $failed in $requests is $kind', ({ requests, failed, kind }) => {
    expect(errors(requests, failed).kind).toBe(kind);
  });

  it('says what it saw, with units', () => {
    expect(errors(200, 50)).toMatchObject({
      value: 0.25,
      threshold: 0.1,
      message: 'esol: the share of failed requests over 5 min is 25 %; the limit is 10 %',
    });
  });

  it('that is kept after a kill is no proof of anything good, and of something bad it is', () => {
    const errors: ConditionInput = {
      threshold: { metric: 'ERRORS', operator: 'ABOVE', value: 10, clearValue: 5 },
    };
    const after = (failed: number) =>
      look(errors, measured({ 5: { requests: 100, errors: failed, isComplete: false } })).kind;
    expect([after(11), after(7), after(0)]).toEqual(['BREACHED', 'UNKNOWN', 'UNKNOWN']);
  });

  it('of a latency without requests is unknown, and so is what is not measured', () => {
    const slow: ConditionInput = { threshold: { metric: 'LATENCY_P99', operator: 'ABOVE', value: 100 } };
    expect(look(slow, measured({ 5: { requests: 9, p99: 250 } })).kind).toBe('BREACHED');
    expect(look(slow, measured({ 5: { requests: 9, errors: 9, p99: null } })).kind).toBe('UNKNOWN');
    expect(look(slow, measured({})).kind).toBe('UNKNOWN');
    expect(
      look({ threshold: { metric: 'MEMORY_BYTES', operator: 'ABOVE', value: 1 } }, measured({ 5: {} })).kind,
    ).toBe('UNKNOWN');
  });

  it('of too few requests waits until they were counted for as long as its window', () => {
    const rare: ConditionInput = { threshold: { metric: 'REQUEST_RATE', operator: 'BELOW', value: 1 } };
    const few = { 5: { requests: 10 } };
    expect(look(rare, measured(few)).kind).toBe('BREACHED');
    expect(look(rare, measured(few), { servingSince: NOW - MINUTE }).kind).toBe('UNKNOWN');
    expect(look(rare, measured(few, { knownSince: NOW - MINUTE })).kind).toBe('UNKNOWN');
    const many: ConditionInput = { threshold: { metric: 'REQUEST_RATE', operator: 'ABOVE', value: 1 } };
    expect(look(many, measured({ 5: { requests: 900 } }, { knownSince: NOW - MINUTE })).kind).toBe(
      'BREACHED',
    );
  });

  it('of the time since the last request knows what a restart forgot', () => {
    const silent: ConditionInput = {
      threshold: { metric: 'SECONDS_SINCE_LAST_REQUEST', operator: 'ABOVE', value: 3_600 },
    };
    expect(look(silent, measured({}, { last: NOW - 2 * HOUR })).kind).toBe('BREACHED');
    expect(look(silent, measured({}, { last: NOW - MINUTE })).kind).toBe('CLEAR');
    // None since the start, which is not long ago: nobody knows of before.
    expect(look(silent, measured({}, { knownSince: NOW - MINUTE })).kind).toBe('UNKNOWN');
    expect(look(silent, measured({}, { knownSince: NOW - 2 * HOUR })).kind).toBe('BREACHED');
    // A deployment that is younger than the process never had one.
    expect(look(silent, measured({}), { servingSince: NOW - MINUTE }).kind).toBe('CLEAR');
  });
});

describe('a rate of change', () => {
  const doubled: ConditionInput = { rateOfChange: { metric: 'LATENCY_P99', factor: 2 } };
  const then = (p99: number | null, requests = 100) => ({ '5 60 ago': { requests, p99 } });

  it.each([
    { before: 50, now: 100, kind: 'BREACHED' },
    { before: 51, now: 100, kind: 'CLEAR' },
    { before: 0, now: 100, kind: 'UNKNOWN' },
  ])('from $before to $now is $kind', ({ before, now, kind }) => {
    expect(look(doubled, measured({ ...then(before), 5: { requests: 100, p99: now } })).kind).toBe(kind);
  });

  it('needs enough requests in both windows', () => {
    expect(look(doubled, measured({ ...then(50, 19), 5: { requests: 100, p99: 100 } })).kind).toBe('UNKNOWN');
    expect(look(doubled, measured({ ...then(50), 5: { requests: 19, p99: 100 } })).kind).toBe('UNKNOWN');
    expect(look(doubled, measured({ 5: { requests: 100, p99: 100 } })).kind).toBe('UNKNOWN');
  });

  it('sees a fall, too', () => {
    const halved: ConditionInput = { rateOfChange: { metric: 'REQUEST_RATE', factor: 0.5 } };
    const seen = look(halved, measured({ '5 60 ago': { requests: 600 }, 5: { requests: 300 } }));
    expect(seen).toMatchObject({ kind: 'BREACHED', value: 0.5 });
    expect(seen.message).toBe(
      'esol: the rate of requests over 5 min is 1/s, 0.5 times the 2/s of 1 h earlier; the limit is 0.5 times',
    );
  });
});

describe('a burn rate', () => {
  // The workbook's page: 14.4 times over an hour and five minutes, for 99.9 %: more than 1.44 % of the requests fail.
  const page: ConditionInput = { burnRate: { objective: 0.999 } };
  const windows = (long: Measured, short: Measured) => measured({ 60: long, 5: short });

  it.each([
    {
      why: 'both windows burn',
      long: { requests: 10_000, errors: 144 },
      short: { requests: 1_000, errors: 15 },
      kind: 'BREACHED',
    },
    {
      why: 'the long window does not',
      long: { requests: 10_000, errors: 143 },
      short: { requests: 1_000, errors: 500 },
      kind: 'CLEAR',
    },
    {
      why: 'it is over',
      long: { requests: 10_000, errors: 500 },
      short: { requests: 1_000, errors: 14 },
      kind: 'CLEAR',
    },
    {
      why: 'nobody asks any more',
      long: { requests: 10_000, errors: 500 },
      short: { requests: 0, errors: 0 },
      kind: 'CLEAR',
    },
    {
      why: 'there are too few requests',
      long: { requests: 99, errors: 99 },
      short: { requests: 9, errors: 9 },
      kind: 'UNKNOWN',
    },
  ])('$why: $kind', ({ long, short, kind }) => {
    expect(look(page, windows(long, short)).kind).toBe(kind);
  });

  it('is exact at the limit, and tells both', () => {
    const seen = look(page, windows({ requests: 10_000, errors: 288 }, { requests: 1_000, errors: 144 }));
    expect(seen).toMatchObject({ kind: 'BREACHED', threshold: 14.4 });
    expect('value' in seen && seen.value).toBeCloseTo(28.8, 9);
    expect(seen.message).toBe(
      'esol (99.9 % of the requests are answered) burns its error budget 28.8 times too fast over 1 h and 144 times over 5 min; the limit is 14.4 times',
    );
  });

  it('lets callers make mistakes where it is told to', () => {
    const ours = (ignoreCallerErrors: boolean, ownErrors: number) =>
      look(
        { burnRate: { objective: 0.999, ignoreCallerErrors } },
        windows({ requests: 1_000, errors: 500, ownErrors }, { requests: 100, errors: 50, ownErrors }),
      ).kind;
    expect([ours(false, 0), ours(true, 0), ours(true, 15)]).toEqual(['BREACHED', 'CLEAR', 'BREACHED']);
  });

  it('of a latency counts what took longer', () => {
    const slow: ConditionInput = { burnRate: { objective: 0.9, latencyMs: 100, factor: 2 } };
    const within = (long: number | null, short: number | null) =>
      look(slow, windows({ requests: 1_000, within: long }, { requests: 100, within: short })).kind;
    expect(within(0.79, 0.5)).toBe('BREACHED');
    expect(within(0.81, 0.5)).toBe('CLEAR');
    expect(within(0.5, 0.9)).toBe('CLEAR');
    expect(within(null, null)).toBe('UNKNOWN');
  });
});

describe('drift, silence and age', () => {
  it.each([
    { drifted: 2, kind: 'BREACHED' },
    { drifted: 0, kind: 'CLEAR' },
    { drifted: null, kind: 'UNKNOWN' },
    { drifted: undefined, kind: 'UNKNOWN' },
  ])('$drifted drifted features are $kind', ({ drifted, kind }) => {
    expect(look({ drift: {} }, measured({}), { drifted }).kind).toBe(kind);
  });

  it.each([
    { why: 'no request', requests: 0, more: {}, kind: 'BREACHED' },
    { why: 'one request', requests: 1, more: {}, kind: 'CLEAR' },
    {
      why: 'a deployment that serves for five minutes',
      requests: 0,
      more: { servingSince: NOW - 5 * MINUTE },
      kind: 'UNKNOWN',
    },
    { why: 'one that failed', requests: 0, more: { state: 'FAILED' }, kind: 'UNKNOWN' },
  ])('no traffic: $why is $kind', ({ requests, more, kind }) => {
    expect(look({ noTraffic: {} }, measured({ 15: { requests } }), more).kind).toBe(kind);
  });

  it('knows nothing of the time before the server started', () => {
    const restarted = measured({ 15: { requests: 0 } }, { knownSince: NOW - MINUTE });
    expect(look({ noTraffic: {} }, restarted).kind).toBe('UNKNOWN');
  });

  it.each([
    { why: 'above', quality: 0.9, isCertain: false, kind: 'BREACHED' },
    { why: 'below', quality: 0.7, isCertain: false, kind: 'CLEAR' },
    { why: 'above, with an interval that reaches below', quality: 0.9, isCertain: true, kind: 'CLEAR' },
    { why: 'above with all of its interval', quality: 1.1, isCertain: true, kind: 'BREACHED' },
    { why: 'not measured', quality: null, isCertain: false, kind: 'UNKNOWN' },
    { why: 'not read yet', quality: undefined, isCertain: false, kind: 'UNKNOWN' },
  ])('a measured quality that is $why is $kind', ({ quality, isCertain, kind }) => {
    const evaluation = {
      metric: 'rmse',
      dataset: 'test split',
      operator: 'ABOVE' as const,
      value: 0.8,
      isCertain,
    };
    const found =
      quality == null
        ? quality
        : {
            value: quality,
            unit: 'eV',
            interval: { low: quality - 0.2, high: quality + 0.2 },
            at: new Date(NOW),
          };
    expect(look({ evaluation }, measured({}), { quality: found }).kind).toBe(kind);
  });

  it('tells how old what is served is', () => {
    expect(look({ staleness: { maxAge: 90 * DAY } }, measured({}))).toMatchObject({
      kind: 'BREACHED',
      value: (100 * DAY) / 1_000,
      message: 'esol serves esol@1, which was published 100 d ago; the limit is 90 d',
    });
    expect(look({ staleness: { maxAge: 101 * DAY } }, measured({})).kind).toBe('CLEAR');
  });

  it('ends with the deployment', () => {
    expect(look({ staleness: { maxAge: DAY } }, measured({}), { state: 'STOPPED' })).toMatchObject({
      kind: 'GONE',
      message: 'esol was stopped',
    });
  });
});
