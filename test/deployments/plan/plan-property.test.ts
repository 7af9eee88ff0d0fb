import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { ModelFault, type LoadFailure } from '../../../src/deployments/harness/load-failure.js';
import { RunnerLost } from '../../../src/runtime/index.js';
import { DatabaseUnavailable } from '../../../src/platform/failures.js';
import { rounds } from '../../support/depth.js';
import { SimulatedDeployment } from '../support/simulated-deployment.js';

type Failure = 'CRASH' | 'OBSTACLE' | 'FAULT';

type Step =
  | { readonly do: 'deploy'; readonly threads: number }
  | { readonly do: 'undeploy' | 'abort' | 'pause' | 'resume' | 'restart' }
  | {
      readonly do: 'migrate';
      readonly version: string;
      readonly weights: number[];
      readonly approval: boolean;
    }
  | { readonly do: 'traffic'; readonly shares: [string, number][]; readonly keepWarmMs: number }
  | { readonly do: 'roll back'; readonly keepWarmMs: number }
  | { readonly do: 'work'; readonly failure: Failure | null; readonly which: number }
  | { readonly do: 'lose'; readonly failure: Failure; readonly which: number }
  | { readonly do: 'database'; readonly is: 'UP' | 'DOWN' | 'DEAF' }
  | { readonly do: 'wait'; readonly ms: number };

const failure = fc.constantFrom<Failure[]>('CRASH', 'OBSTACLE', 'FAULT');
const which = fc.nat({ max: 3 });
const version = fc.constantFrom('v1', 'v2', 'v3');
const keepWarmMs = fc.constantFrom(0, 60_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const), threads: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('migrate' as const), version, weights: fc.constantFrom<number[][]>([], [20], [20, 60]), approval: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('traffic' as const), shares: fc.uniqueArray(fc.tuple(version, fc.integer({ min: 1, max: 99 })), { minLength: 1, maxLength: 2, selector: ([name]) => name }), keepWarmMs }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('roll back' as const), keepWarmMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('undeploy' as const, 'abort' as const, 'pause' as const, 'resume' as const, 'restart' as const) }) },
  { weight: 24, arbitrary: fc.record({ do: fc.constant('work' as const), failure: fc.option(failure, { freq: 4 }), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lose' as const), failure, which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('database' as const), is: fc.constantFrom('UP' as const, 'DOWN' as const, 'DEAF' as const) }) },
  // Clocks go back, too.
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(50, 400, 2_000, 70_000, -30_000) }) },
); // prettier-ignore

const failures: Record<Failure, () => LoadFailure> = {
  CRASH: () => new RunnerLost('It crashed', { end: 'CRASHED', atWork: true }),
  OBSTACLE: () => new DatabaseUnavailable('The disk is away'),
  FAULT: () => new ModelFault('INVALID_MODEL', 'It is damaged'),
};

function take(world: SimulatedDeployment, wanted: Step): void {
  switch (wanted.do) {
    case 'deploy': {
      world.deploy(wanted.threads);
      return;
    }
    case 'undeploy':
    case 'abort':
    case 'pause':
    case 'resume':
    case 'restart': {
      world[wanted.do]();
      return;
    }
    case 'migrate': {
      world.migrate(wanted.version, wanted.weights, wanted.approval);
      return;
    }
    case 'traffic': {
      world.setTraffic(new Map(wanted.shares), wanted.keepWarmMs);
      return;
    }
    case 'roll back': {
      world.rollBack(wanted.keepWarmMs);
      return;
    }
    case 'work': {
      const busy = world.inPhase('LOADING', 'WARMING', 'DRAINING');
      const harness = busy[wanted.which % Math.max(1, busy.length)];
      if (harness) world.finish(harness, wanted.failure && failures[wanted.failure]());
      return;
    }
    case 'lose': {
      const serving = world.inPhase('SERVING');
      const harness = serving[wanted.which % Math.max(1, serving.length)];
      harness?.fail(failures[wanted.failure]());
      return;
    }
    case 'database':
      world.database = wanted.is;
      return;
    case 'wait':
      world.now += wanted.ms;
  }
}

/** Everything goes well from now on. @returns whether it came to rest. */
async function heal(world: SimulatedDeployment): Promise<boolean> {
  world.database = 'UP';
  for (let round = 0; round < 100; round += 1) {
    const wakeInMs = await world.reconcile();
    await setImmediate();
    const busy = world.inPhase('LOADING', 'WARMING', 'DRAINING');
    for (const harness of busy) world.finish(harness, null);
    if (busy.length > 0) continue;
    // The guards go on watching what waits for a person.
    const waits = ['PAUSED', 'AWAITING_APPROVAL'].includes(world.migration?.state ?? '');
    if (wakeInMs === null || (waits && round > 60)) return true;
    world.now += wakeInMs + 1;
  }
  return false;
}

const summary = (world: SimulatedDeployment) =>
  world.revisions
    .filter(({ state }) => state === 'READY')
    .map(({ number, role, weight }) => ({ number, role, weight }));

describe('a deployment, whatever is wished and whatever happens', () => {
  it('serves, stays within its memory, comes to rest, and is the same after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = new SimulatedDeployment();
        for (const wanted of steps) {
          take(world, wanted);
          await setImmediate();
          await world.reconcile();
          expect(world.violations).toEqual([]);
        }
        expect(await heal(world)).toBe(true);
        expect(world.violations).toEqual([]);
        const atRest = world.revisions.filter(({ state }) => !['READY', 'STOPPED', 'FAILED'].includes(state));
        expect(atRest).toEqual([]);
        // What the rows say serves does.
        expect(world.serving.map(({ number }) => number)).toEqual(summary(world).map(({ number }) => number));
        expect(world.rearrangement).toBeNull();
        expect(['PAUSED', 'AWAITING_APPROVAL', undefined]).toContain(world.migration?.state);
        // One that is broken ends; what serves beside it is a candidate still.
        const isBroken = world.revisions.some(({ role, state }) => role === 'PRIMARY' && state === 'FAILED');
        if (world.serving.length > 0 && !isBroken) expect(world.primary).not.toBeNull();

        const before = summary(world);
        const failed = world.revisions.filter(({ state }) => state === 'FAILED').map(({ number }) => number);
        world.restart();
        expect(await heal(world)).toBe(true);
        expect(world.violations).toEqual([]);
        // What failed may serve now; what nobody wants does not.
        const again = summary(world).filter(({ number }) => !failed.includes(number));
        if (before.length > 0) expect(again).toEqual(before);
        expect(world.serving.length > 0).toBe(world.isWanted);
      }),
      { numRuns: rounds(1_000) },
    );
  });
});
