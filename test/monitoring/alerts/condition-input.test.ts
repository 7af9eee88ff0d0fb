import { describe, expect, it } from '@jest/globals';
import { readCondition, type ConditionInput } from '../../../src/monitoring/alerts/rules/condition-input.js';
import { describeCondition } from '../../../src/monitoring/alerts/rules/describe-condition.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const threshold = (more: object = {}): ConditionInput => ({
  threshold: { metric: 'ERROR_RATE', operator: 'ABOVE', value: 0.05, ...more },
});

describe('what a rule can watch for', () => {
  it.each<{ input: ConditionInput; is: object; text: string }>([
    {
      input: threshold({ clearValue: 0.01 }),
      is: { kind: 'THRESHOLD', value: 0.05, clearValue: 0.01, windowMs: 5 * MINUTE },
      text: 'the share of failed requests over 5 min is above 5 %, until it is back at 1 %',
    },
    {
      input: threshold({ metric: 'CACHE_HIT_RATE', operator: 'BELOW', value: 0.5, window: HOUR }),
      is: { clearValue: 0.5 },
      text: 'the share of answers from the cache over 1 h is below 50 %',
    },
    {
      input: { rateOfChange: { metric: 'REQUEST_RATE', factor: 0.5 } },
      is: { kind: 'RATE_OF_CHANGE', windowMs: 5 * MINUTE, compareToMs: HOUR, minimumRequests: 20 },
      text: 'the rate of requests over 5 min is at most 0.5 times what it was 1 h earlier',
    },
    {
      input: { burnRate: { objective: 0.999 } },
      is: { factor: 14.4, longWindowMs: HOUR, shortWindowMs: 5 * MINUTE, minimumRequests: 100 },
      text: '99.9 % of the requests are answered: its error budget burns at least 14.4 times too fast, over 1 h and over 5 min',
    },
    {
      input: { burnRate: { objective: 0.99, latencyMs: 250, longWindow: 6 * HOUR, factor: 6 } },
      is: { latencyMs: 250, shortWindowMs: 30 * MINUTE },
      text: '99 % of the requests are answered within 250 ms: its error budget burns at least 6 times too fast, over 6 h and over 30 min',
    },
    {
      input: { drift: {} },
      is: { windowMs: HOUR },
      text: 'inputs or answers of the last 1 h have drifted from the reference',
    },
    { input: { noTraffic: {} }, is: { windowMs: 15 * MINUTE }, text: 'no request for 15 min' },
    {
      input: { staleness: { maxAge: 90 * 24 * HOUR } },
      is: { kind: 'STALENESS', maxAgeMs: 90 * 24 * HOUR },
      text: 'the version it serves was published more than 90 d ago',
    },
  ])('$text', ({ input, is, text }) => {
    const condition = readCondition(input);
    expect(condition).toMatchObject(is);
    expect(describeCondition(condition)).toBe(text);
  });

  it.each<{ why: string; input: ConditionInput; says: string; field: string }>([
    { why: 'nothing', input: {}, says: 'got 0', field: 'condition' },
    {
      why: 'two at once',
      input: { ...threshold(), drift: {} },
      says: 'exactly one of threshold, rateOfChange, burnRate, drift, noTraffic, staleness and evaluation, got 2',
      field: 'condition',
    },
    {
      why: 'a percentage for a share',
      input: threshold({ value: 5 }),
      says: 'a share from 0 to 1 for ERROR_RATE, got 5. For 5 % give 0.05',
      field: 'condition.threshold.value',
    },
    {
      why: 'NaN',
      input: threshold({ value: Number.NaN }),
      says: 'got NaN',
      field: 'condition.threshold.value',
    },
    {
      why: 'an infinite limit',
      input: threshold({ metric: 'ERRORS', value: Infinity }),
      says: 'got Infinity',
      field: 'condition.threshold.value',
    },
    {
      why: 'a negative latency',
      input: threshold({ metric: 'LATENCY_P99', value: -1 }),
      says: 'a number that is not negative for LATENCY_P99, got -1',
      field: 'condition.threshold.value',
    },
    {
      why: 'a clear value beyond the limit',
      input: threshold({ clearValue: 0.1 }),
      says: 'clearValue at most 5 %, the value at which the alert fires, got 10 %',
      field: 'condition.threshold.clearValue',
    },
    {
      why: 'a clear value below a lower limit',
      input: threshold({ metric: 'REQUEST_RATE', operator: 'BELOW', value: 10, clearValue: 5 }),
      says: 'clearValue at least 10/s',
      field: 'condition.threshold.clearValue',
    },
    {
      why: 'a share above 1',
      input: threshold({ value: 1 }),
      says: 'the alert could never fire',
      field: 'condition.threshold.value',
    },
    {
      why: 'a count below 0',
      input: threshold({ metric: 'ERRORS', operator: 'BELOW', value: 0 }),
      says: 'the alert could never fire',
      field: 'condition.threshold.value',
    },
    {
      why: 'a window beyond what is kept',
      input: threshold({ window: 31 * 24 * HOUR }),
      says: 'a duration from 10 s to 30 d, for which metrics are kept, got 31 d',
      field: 'condition.threshold.window',
    },
    {
      why: 'no window at all',
      input: threshold({ window: 0 }),
      says: 'got 0 ms',
      field: 'condition.threshold.window',
    },
    {
      why: 'a change of what has no past',
      input: { rateOfChange: { metric: 'QUEUE_DEPTH', factor: 2 } },
      says: 'a metric that is kept over time, such as REQUEST_RATE or LATENCY_P99, got QUEUE_DEPTH',
      field: 'condition.rateOfChange.metric',
    },
    {
      why: 'no change at all',
      input: { rateOfChange: { metric: 'ERRORS', factor: 1 } },
      says: 'a factor above 1 for a rise',
      field: 'condition.rateOfChange.factor',
    },
    {
      why: 'windows that overlap',
      input: { rateOfChange: { metric: 'ERRORS', factor: 2, window: HOUR, compareTo: 30 * MINUTE } },
      says: 'the two windows would share requests',
      field: 'condition.rateOfChange.compareTo',
    },
    {
      why: 'an objective in per cent',
      input: { burnRate: { objective: 99.9 } },
      says: 'got 99.9. For 99.9 % give 0.999',
      field: 'condition.burnRate.objective',
    },
    {
      why: 'a burn rate that cannot be',
      input: { burnRate: { objective: 0.95, factor: 20 } },
      says: 'below 20, which is reached when every request fails, got 20: the alert could never fire',
      field: 'condition.burnRate.factor',
    },
    {
      why: 'a short window as long as the long one',
      input: { burnRate: { objective: 0.99, longWindow: HOUR, shortWindow: HOUR } },
      says: 'a window shorter than longWindow, 1 h',
      field: 'condition.burnRate.shortWindow',
    },
    {
      why: 'half a request',
      input: { burnRate: { objective: 0.99, minimumRequests: 0.5 } },
      says: 'a whole number from 1 to 1000000000, got 0.5',
      field: 'condition.burnRate.minimumRequests',
    },
    {
      why: 'no age',
      input: { staleness: { maxAge: 0 } },
      says: 'from one minute to ten years, got 0 ms',
      field: 'condition.staleness.maxAge',
    },
  ])('refuses $why', ({ input, says, field }) => {
    expect(() => readCondition(input)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(says),
        field: field.split('.'),
      }),
    );
  });
});
