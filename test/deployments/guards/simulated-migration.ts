import {
  beginObservations,
  DEFAULT_GUARDS,
  evaluateGuards,
  type Guard,
  type GuardObservations,
  type GuardSettings,
} from '../../../src/deployments/guards/index.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';

/** Every guard on. */
export const ALL_GUARDS: GuardSettings = {
  ...DEFAULT_GUARDS,
  outputDifference: { tolerance: 1e-3, maxShare: 0.01 },
  drift: { maxPsi: 0.25 },
};

/** What happens in one request of a simulated migration. */
export type Request = (observed: GuardObservations, random: () => number) => void;

/** A uniform generator that has left the neighbourhood of its seed. */
function randomOf(seed: number): () => number {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1));
  for (let round = 0; round < 8; round += 1) random();
  return random;
}

/** Standard normal, by Box and Muller. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The guard that gives the candidate up, at one of many looks; null when none does. */
export function firstFailure(
  request: Request,
  seed: number,
  {
    looks,
    requestsPerLook,
    settings = ALL_GUARDS,
  }: { looks: number; requestsPerLook: number; settings?: GuardSettings },
): Guard | null {
  const random = randomOf(seed);
  const observed = beginObservations(settings);
  for (let look = 1; look <= looks; look += 1) {
    for (let index = 0; index < requestsPerLook; index += 1) request(observed, random);
    const failed = evaluateGuards(settings, observed, 1).find(({ verdict }) => verdict === 'FAIL');
    if (failed) return failed.guard;
  }
  return null;
}

/** That guard as strict as it is beside the three others, without the time they take. */
function alone(guard: Guard, { confidence, ...guards }: GuardSettings): GuardSettings {
  const off = { errorRate: null, p99Ratio: null, outputDifference: null, drift: null, evaluation: null };
  const name = {
    ERROR_RATE: 'errorRate',
    P99_RATIO: 'p99Ratio',
    OUTPUT_DIFFERENCE: 'outputDifference',
    DRIFT: 'drift',
    EVALUATION: 'evaluation',
  } as const;
  return { ...off, [name[guard]]: guards[name[guard]], confidence: 1 - (1 - confidence) / 4 };
}

/** The candidate's requests until the guard fails, looked at after every one of them; Infinity when it does not. */
export function requestsUntilFailure(
  guard: Guard,
  request: Request,
  seed: number,
  most: number,
  settings: GuardSettings = ALL_GUARDS,
): number {
  const only = alone(guard, settings);
  const random = randomOf(seed);
  const observed = beginObservations(only);
  let seen = 0;
  const count = () => Math.max(observed.candidate.requests, observed.comparison.compared);
  while (count() < most) {
    request(observed, random);
    if (count() === seen) continue;
    seen = count();
    // Every look costs time, and a few requests more or less make no difference once they are many.
    if (seen > 50 && seen % 10 !== 0) continue;
    const report = evaluateGuards(only, observed, 1).find((each) => each.guard === guard);
    if (report?.verdict === 'FAIL') return seen;
  }
  return Infinity;
}
