import { describe, expect, it } from '@jest/globals';
import { beginObservations, evaluateGuards, type Guard } from '../../../src/deployments/guards/index.js';
import { ALL_GUARDS, normal, requestsUntilFailure, type Request } from './simulated-migration.js';
import { rounds } from '../../support/depth.js';

const TRIES = Number(process.env.GUARD_TRIES ?? rounds(5));
const answer = (...values: number[]) => new Map([['', values]]);

type Outcome = (random: () => number) => { ok: boolean; totalMs: number };
const sides =
  (weight: number, ofBase: Outcome, ofCandidate: Outcome): Request =>
  ({ base, candidate }, random) =>
    random() < weight ? candidate.observe(ofCandidate(random)) : base.observe(ofBase(random));
const fine: Outcome = () => ({ ok: true, totalMs: 10 });
const failing =
  (share: number): Outcome =>
  (random) => ({ ok: random() >= share, totalMs: 10 });
const slow =
  (times: number): Outcome =>
  (random) => ({ ok: true, totalMs: times * 50 * Math.exp(0.3 * normal(random)) });
const mirrored =
  (difference: (random: () => number) => number): Request =>
  ({ comparison }, random) => {
    const value = normal(random);
    comparison.observe({ base: answer(value, 1), candidate: answer(value, 1 + difference(random)) });
  };

describe('a bad candidate', () => {
  it.each<[string, Guard, Request, number]>([
    ['failing always, at 20 %', 'ERROR_RATE', sides(0.2, fine, failing(1)), 10],
    ['failing always, at half', 'ERROR_RATE', sides(0.5, fine, failing(1)), 30],
    ['failing 20 %, at 20 %', 'ERROR_RATE', sides(0.2, fine, failing(0.2)), 150],
    ['failing 20 % where the base fails 2 %', 'ERROR_RATE', sides(0.2, failing(0.02), failing(0.2)), 300],
    ['three times slower, at 10 %', 'P99_RATIO', sides(0.1, slow(1), slow(3)), 120],
    ['three times slower, at half', 'P99_RATIO', sides(0.5, slow(1), slow(3)), 500],
    ['answering wrongly always', 'OUTPUT_DIFFERENCE', mirrored(() => 1), 5],
    ['answering wrongly 1 in 10', 'OUTPUT_DIFFERENCE', mirrored((random) => (random() < 0.1 ? 1 : 0)), 250],
    ['answering not-a-number', 'OUTPUT_DIFFERENCE', mirrored(() => NaN), 5],
    [
      'failing where the base answers',
      'OUTPUT_DIFFERENCE',
      ({ comparison }) => comparison.observe({ base: answer(1), candidate: null }),
      5,
    ],
    [
      'answering a constant',
      'DRIFT',
      ({ candidate, comparison }, random) => {
        comparison.observeBase(answer(normal(random)));
        comparison.observeCandidate(answer(0));
        candidate.observe({ ok: true, totalMs: 10 });
      },
      100,
    ],
    [
      'answering twice as much',
      'DRIFT',
      ({ candidate, comparison }, random) => {
        comparison.observeBase(answer(3 + normal(random)));
        comparison.observeCandidate(answer(2 * (3 + normal(random))));
        candidate.observe({ ok: true, totalMs: 10 });
      },
      200,
    ],
  ])('is given up in time: %s', (_, guard, request, most) => {
    const until = Array.from({ length: TRIES }, (__, seed) =>
      requestsUntilFailure(guard, request, seed + 1, most),
    ).sort((a, b) => a - b);
    expect(until.at(-1)).toBeLessThanOrEqual(most);
  });
});

describe('too few observations', () => {
  const statistics = (observe: Request, times: number) => {
    const observed = beginObservations(ALL_GUARDS);
    for (let index = 0; index < times; index += 1) observe(observed, () => 0.5);
    return evaluateGuards(ALL_GUARDS, observed, 1);
  };

  it('decide nothing', () => {
    expect(
      statistics(() => undefined, 0).map(({ guard, verdict, measured }) => [guard, verdict, measured]),
    ).toEqual([
      ['ERROR_RATE', 'UNDECIDED', null],
      ['P99_RATIO', 'UNDECIDED', null],
      ['OUTPUT_DIFFERENCE', 'UNDECIDED', null],
      ['DRIFT', 'UNDECIDED', null],
    ]);
  });

  it('of the base never give the candidate up', () => {
    const reports = statistics(({ candidate }, random) => {
      candidate.observe({ ok: random() > 1, totalMs: 10 });
      candidate.observe({ ok: true, totalMs: 60_000 });
    }, 5_000);
    expect(reports.map(({ verdict }) => verdict)).toEqual([
      'UNDECIDED',
      'UNDECIDED',
      'UNDECIDED',
      'UNDECIDED',
    ]);
  });

  it('become enough: what is the same passes', () => {
    const reports = statistics(({ base, candidate, comparison }) => {
      base.observe({ ok: true, totalMs: 10 });
      candidate.observe({ ok: true, totalMs: 10 });
      comparison.observe({ base: answer(1), candidate: answer(1) });
    }, 500);
    expect(reports.map(({ verdict }) => verdict)).toEqual(['PASS', 'PASS', 'PASS', 'PASS']);
    expect(reports.map(({ detail }) => detail)).toEqual([
      "0 of 500 (0 %) of the candidate's requests failed, and 0 of 500 (0 %) of the base's: " +
        'not more than 1 % above it (confidence 0.95).',
      "p99 is 10.1 ms over the candidate's 500 successful requests and 10.1 ms over the base's 500: " +
        'not more than 2 times and 20 ms slower (confidence 0.95).',
      '0 of 500 compared requests (0 %) differ by more than 0.001, at most by 0: ' +
        'not more than 1 % of all (confidence 0.95).',
      `Output "": PSI 0 from 500 of the candidate's values against 500 of the base's, where chance alone gives 0: ` +
        'not above 0.25 (confidence 0.95).',
    ]);
  });
});
