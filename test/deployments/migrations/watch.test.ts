import { describe, expect, it } from '@jest/globals';
import { beginObservations, DEFAULT_GUARDS } from '../../../src/deployments/guards/index.js';
import { Watch } from '../../../src/deployments/migrations/watch.js';

const NOTHING = { base: undefined, candidate: undefined };

describe('a watch', () => {
  it('gives up one that fails always as soon as the guards can, however often they were asked before', () => {
    const watch = new Watch(beginObservations(DEFAULT_GUARDS), DEFAULT_GUARDS, 1, () => NOTHING);
    const ask = () => watch.judge()?.find(({ guard }) => guard === 'ERROR_RATE')?.verdict;
    for (let request = 0; request < 500; request += 1) {
      watch.observed.base.observe({ ok: true, totalMs: 10 });
      expect(ask()).toBe('UNDECIDED');
    }
    let failures = 0;
    for (let verdict = ask(); verdict !== 'FAIL'; verdict = ask()) {
      watch.observed.candidate.observe({ ok: false, totalMs: 10 });
      failures += 1;
    }
    expect(failures).toBeLessThanOrEqual(5);
  });

  it('asks the guards only when there is something new', () => {
    const watch = new Watch(beginObservations(DEFAULT_GUARDS), DEFAULT_GUARDS, 1, () => NOTHING);
    expect(watch.judge()).toHaveLength(2);
    expect(watch.judge()).toBeNull();
    watch.observed.base.observe({ ok: true, totalMs: 10 });
    expect(watch.judge()).toHaveLength(2);
    expect(watch.judge()).toBeNull();
  });
});
