import { describe, expect, it } from '@jest/globals';
import { beginObservations, evaluateGuards, fewestRequests } from '../../../src/deployments/guards/index.js';
import { readPlan, type PlanInput } from '../../../src/deployments/migrations/migration-input.js';
import { planWarnings } from '../../../src/deployments/migrations/plan-evidence.js';

const warnings = (input: Partial<PlanInput>) => planWarnings(readPlan({ strategy: 'CANARY', ...input }));
const step = (minRequests: number, weight = 50) => ({ weight, minRequests });

describe('what a plan is warned about at its start', () => {
  it('each guard that cannot decide within the requests that the last step asks for', () => {
    expect(warnings({ canary: { steps: [step(10)] } }).map((text) => text.split(' ')[0])).toEqual([
      'ERROR_RATE',
      'P99_RATIO',
    ]);
    expect(warnings({ canary: { steps: [step(1), step(1_000, 60)] } })).toEqual([]);
  });

  it('the number it names is enough, and one less is not', () => {
    const [text = ''] = warnings({ canary: { steps: [step(10)] }, guards: { p99Ratio: null } });
    const fewest = Number(/at least (\d+)/.exec(text)?.[1]);
    const guards = { p99Ratio: null };
    expect(warnings({ canary: { steps: [step(fewest)] }, guards })).toEqual([]);
    expect(warnings({ canary: { steps: [step(fewest - 1)] }, guards })).toHaveLength(1);
  });

  it('answers that are to be compared but never are', () => {
    const input = { canary: { steps: [step(1_000)], mirrorShare: 0 }, guards: { outputDifference: {} } };
    expect(warnings(input)).toEqual([expect.stringMatching(/^OUTPUT_DIFFERENCE could not decide even with/)]);
  });

  it('nothing, where nothing is watched', () => {
    expect(warnings({ strategy: 'IMMEDIATE' })).toEqual([]);
    expect(warnings({ guards: { errorRate: null, p99Ratio: null } })).toEqual([]);
  });

  it('a shadow with drift: by what the guard itself says', () => {
    const settings = readPlan({ strategy: 'SHADOW', guards: { drift: {} } }).guards;
    const fewest = fewestRequests(settings, { baseShare: 1, comparedShare: 1 }).get('DRIFT');
    expect(fewest).toEqual(expect.any(Number));
    const verdicts = [fewest ?? 0, (fewest ?? 0) - 1].map((requests) => {
      const observed = beginObservations(settings);
      for (let index = 0; index < requests; index += 1) {
        const answer = new Map([['', [index]]]);
        observed.comparison.observe({ base: answer, candidate: answer });
      }
      return evaluateGuards(settings, observed, 1).find(({ guard }) => guard === 'DRIFT')?.verdict;
    });
    expect(verdicts).toEqual(['PASS', 'UNDECIDED']);
  });
});
