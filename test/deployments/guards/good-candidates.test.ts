import { describe, expect, it } from '@jest/globals';
import { GOOD_CANDIDATES } from './good-candidate-cases.js';
import { firstFailure } from './simulated-migration.js';

/** Migrations a case; docs/decisions/0017 has the table for many more, with 600 looks each. */
const MIGRATIONS = Number(process.env.GUARD_MIGRATIONS ?? 1);
const PER_LOOK = { looks: Number(process.env.GUARD_LOOKS ?? 200), requestsPerLook: 15 };

describe('a good candidate', () => {
  it.each(GOOD_CANDIDATES)('is never given up: %s', (_, request) => {
    const failures = Array.from({ length: MIGRATIONS }, (_, seed) =>
      firstFailure(request(), seed + 1, PER_LOOK),
    ).filter((guard) => guard !== null);
    // As many as confidence 0.999 allows for.
    expect(failures.length).toBeLessThanOrEqual(Math.floor(MIGRATIONS / 1_000));
  });
});
