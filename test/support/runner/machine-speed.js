import { createHash } from 'node:crypto';

/** What the work below takes alone on one core of a machine that runs the suite in the five minutes it is meant to take. */
const QUIET_MS = 130;
const ROUNDS = 100;

/** How much longer than on a quiet machine things take here and now: 1 or more. Costs QUIET_MS times as much. */
export function measureSlowness() {
  const bytes = Buffer.alloc(1_000_000);
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) bytes.set(createHash('sha512').update(bytes).digest());
  return Math.max(1, (performance.now() - began) / QUIET_MS);
}
