import { describe, expect, it } from '@jest/globals';
import { DEFAULT_GUARDS, type GuardReport } from '../../../src/deployments/guards/index.js';
import { nextAction, type MigrationSnapshot } from '../../../src/deployments/migrations/migration-policy.js';

const plan = {
  steps: [{ weight: 10, mirrorShare: 0, dwellMs: 1_000, minRequests: 20 }],
  approval: false,
  guards: DEFAULT_GUARDS,
  keepWarmMs: 0,
};
const report: GuardReport = {
  guard: 'P99_RATIO',
  verdict: 'UNDECIDED',
  measured: 3,
  limit: 2,
  beyondLimit: false,
  baseSamples: 20,
  candidateSamples: 20,
  confidence: null,
  detail: 'p99 is 3 ms over 20 requests.',
};
const over: MigrationSnapshot = {
  state: 'RUNNING',
  step: 0,
  candidate: 'SERVING',
  failure: null,
  elapsedMs: 1_000,
  candidateRequests: 20,
  guards: [],
};

describe('a step whose time is over and whose requests are made', () => {
  const next = (changes: Partial<GuardReport>, more: Partial<MigrationSnapshot> = {}) =>
    nextAction(plan, { ...over, guards: [{ ...report, ...changes }], ...more });

  it('ends when nothing looks bad: a ratio of milliseconds does not', () => {
    expect(next({})).toEqual({ kind: 'PROMOTE' });
    expect(next({ verdict: 'PASS' })).toEqual({ kind: 'PROMOTE' });
  });

  it('is prolonged while something looks bad without proof, up to three times its length', () => {
    const doubt = { beyondLimit: true };
    expect(next(doubt)).toEqual({ kind: 'WAIT', for: `more evidence: ${report.detail}` });
    expect(next(doubt, { elapsedMs: 3_000 })).toMatchObject({ kind: 'WAIT' });
    expect(next(doubt, { elapsedMs: 3_000, candidateRequests: 60 })).toEqual({ kind: 'PROMOTE' });
  });

  it('goes back on proof', () => {
    const action = next({ verdict: 'FAIL', beyondLimit: true });
    expect(action).toEqual({ kind: 'ROLL_BACK', reason: report.detail });
  });
});
