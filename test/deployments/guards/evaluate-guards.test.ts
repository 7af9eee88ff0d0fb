import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  beginObservations,
  DEFAULT_GUARDS,
  evaluateGuards,
  GUARDS,
  type GuardSettings,
} from '../../../src/deployments/guards/index.js';
import { ALL_GUARDS } from './simulated-migration.js';
import { rounds } from '../../support/depth.js';

const answer = (...values: number[]) => new Map([['energy', values]]);

/** Evaluations have a guard of their own, and a suite. */
const OF_REQUESTS = GUARDS.filter((guard) => guard !== 'EVALUATION');

function observed(settings: GuardSettings = ALL_GUARDS) {
  const observations = beginObservations(settings);
  for (let index = 0; index < 400; index += 1) {
    observations.base.observe({ ok: true, totalMs: 10 + (index % 10) });
    observations.candidate.observe({ ok: index % 2 === 0, totalMs: 200 + (index % 10) });
    observations.comparison.observe({ base: answer(index % 7), candidate: answer((index % 7) + 3) });
  }
  return observations;
}

describe('what guards report', () => {
  it('says for people what was seen, what was allowed and how sure it is', () => {
    const reports = evaluateGuards({ ...ALL_GUARDS, confidence: 0.9999 }, observed(), 1);
    expect(reports.map(({ verdict, confidence }) => [verdict, confidence])).toEqual(
      OF_REQUESTS.map(() => ['FAIL', 0.9999]),
    );
    expect(reports.map(({ detail }) => detail)).toEqual([
      "200 of 400 (50 %) of the candidate's requests failed, and 0 of 400 (0 %) of the base's: " +
        'more than 1 % above it (confidence 0.9999).',
      "p99 is 210 ms over the candidate's 200 successful requests and 19.1 ms over the base's 400: " +
        'more than 2 times and 20 ms slower already at p95 (confidence 0.9999).',
      '400 of 400 compared requests (100 %) differ by more than 0.001, at most by 3: ' +
        'more than 1 % of all (confidence 0.9999).',
      expect.stringMatching(
        /^Output "energy": PSI \S+ from 400 of .* against 400 of .*: above 0\.25 \(confidence 0\.9999\)\.$/,
      ),
    ]);
    expect(reports.map(({ measured, limit }) => [Number(measured?.toFixed(1)), limit])).toEqual([
      [0.5, 0.01],
      [11, 2],
      [1, 0.01],
      [expect.any(Number), 0.25],
    ]);
  });

  it('tells what looks bad from what is proven to be', () => {
    const settings = { ...ALL_GUARDS, p99Ratio: { max: 2, minimumMs: 20 } };
    const observations = beginObservations(settings);
    const suspicious = () =>
      evaluateGuards(settings, observations, 1).map(({ verdict, beyondLimit }) => [verdict, beyondLimit]);
    const nothing = OF_REQUESTS.map(() => ['UNDECIDED', false]);
    expect(suspicious()).toEqual(nothing);
    // Three times as slow, but only by milliseconds; values of one distribution, whose index is large by chance alone.
    for (let index = 0; index < 20; index += 1) {
      observations.base.observe({ ok: true, totalMs: 1 });
      observations.candidate.observe({ ok: true, totalMs: 3 });
      observations.comparison.compare({ base: answer(1), candidate: answer(1) });
      observations.comparison.observeBase(answer((index * 7) % 20));
      observations.comparison.observeCandidate(answer((index * 7 + 1) % 20));
    }
    expect(suspicious()).toEqual(nothing);
    observations.candidate.observe({ ok: false, totalMs: 3 });
    observations.candidate.observe({ ok: true, totalMs: 50 });
    observations.comparison.compare({ base: answer(1), candidate: answer(2) });
    expect(suspicious()).toEqual([
      ['UNDECIDED', true],
      ['UNDECIDED', true],
      ['UNDECIDED', true],
      ['UNDECIDED', false],
    ]);
  });

  it('leaves out guards that are off', () => {
    expect(evaluateGuards(DEFAULT_GUARDS, observed(DEFAULT_GUARDS), 1).map(({ guard }) => guard)).toEqual([
      'ERROR_RATE',
      'P99_RATIO',
    ]);
    const off = { errorRate: null, p99Ratio: null, outputDifference: null, drift: null, confidence: 0.999 };
    expect(evaluateGuards(off, observed(off), 1)).toEqual([]);
  });

  it('is the same however often it is asked', () => {
    const observations = observed();
    const first = evaluateGuards(ALL_GUARDS, observations, 3);
    for (let look = 0; look < 5; look += 1)
      expect(evaluateGuards(ALL_GUARDS, observations, 3)).toEqual(first);
  });

  it('asks for more in every further period, and for a higher confidence', () => {
    const failuresNeeded = (period: number, confidence: number) => {
      const observations = beginObservations(DEFAULT_GUARDS);
      for (let index = 0; index < 200; index += 1) observations.base.observe({ ok: true, totalMs: 1 });
      for (let failures = 1; ; failures += 1) {
        observations.candidate.observe({ ok: false, totalMs: 1 });
        const [report] = evaluateGuards({ ...DEFAULT_GUARDS, confidence }, observations, period);
        if (report?.verdict === 'FAIL') return failures;
      }
    };
    expect(failuresNeeded(1, 0.9)).toBeLessThanOrEqual(failuresNeeded(1, 0.999));
    expect(failuresNeeded(1, 0.999)).toBeLessThan(failuresNeeded(1_000, 0.999999));
    expect(failuresNeeded(1_000, 0.999999)).toBeLessThanOrEqual(15);
  });

  it('never fails a candidate that did exactly what the base did', () => {
    const outcome = fc.record({ ok: fc.boolean(), totalMs: fc.double({ min: 0, max: 1e9, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.array(outcome, { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (outcomes, repeated) => {
          const observations = beginObservations(ALL_GUARDS);
          for (const each of outcomes) {
            for (let time = 0; time < repeated; time += 1) {
              observations.base.observe(each);
              observations.candidate.observe(each);
              const outputs = each.ok ? answer(each.totalMs) : null;
              observations.comparison.observe({ base: outputs, candidate: outputs });
            }
          }
          const verdicts = evaluateGuards(ALL_GUARDS, observations, 1).map(({ verdict }) => verdict);
          expect(verdicts).not.toContain('FAIL');
        },
      ),
      { numRuns: rounds(40) },
    );
  });

  it('takes durations that are no durations without going wrong', () => {
    const observations = beginObservations(DEFAULT_GUARDS);
    for (const totalMs of [NaN, -1, 0, Infinity, 1e300, Number.MIN_VALUE])
      observations.candidate.observe({ ok: true, totalMs });
    observations.base.observe({ ok: true, totalMs: 0 });
    expect(evaluateGuards(DEFAULT_GUARDS, observations, 1).map(({ verdict }) => verdict)).toEqual([
      'UNDECIDED',
      'UNDECIDED',
    ]);
  });
});
