import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DeploymentTally } from '../../../src/monitoring/metrics/tallies/deployment-tally.js';
import { DURATIONS } from '../../../src/monitoring/metrics/tallies/tally.js';

interface Happening {
  readonly version: number;
  readonly ms: number;
  readonly rows: number;
  readonly code: string | null;
  readonly shared: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  version: fc.integer({ min: 0, max: 3 }),
  ms: fc.double({ min: 0, max: 500, noNaN: true }),
  rows: fc.integer({ min: 1, max: 5_000 }),
  code: fc.option(fc.constantFrom('OVERLOADED', 'INVALID_TENSOR', 'INTERNAL'), { freq: 3 }),
  // Halves, quarters and so on add up without rounding.
  shared: fc.constantFrom(1, 2, 4, 8),
});

const part = fc.record({
  happenings: fc.array(happening, { maxLength: 12 }),
  gauges: fc.option(
    fc.record({
      at: fc.integer({ min: 0, max: 3 }),
      queueDepth: fc.integer({ min: 0, max: 3 }),
      memoryBytes: fc.option(fc.integer({ min: 0, max: 2 ** 40 })),
    }),
  ),
  processorMs: fc.option(fc.integer({ min: 0, max: 1_000 })),
});

type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;

function tallyOf({ happenings, gauges, processorMs }: Part): DeploymentTally {
  const tally = new DeploymentTally();
  for (const { version, ms, rows, code, shared } of happenings) {
    const name = version === 0 ? null : { id: `id-${version}`, number: version, modelName: 'esol' };
    const counted = tally.part(name);
    if (code === null) {
      counted.requests += 1;
      counted.rows += rows;
      counted.measured(0, ms);
      counted.ran(rows, 1 / shared);
    } else counted.failed(code);
  }
  if (gauges) tally.observe({ ...gauges, peakQueueDepth: gauges.queueDepth });
  tally.worked(processorMs);
  return tally;
}

/** What can be read from a tally, whatever the order of its parts. */
function contents(tally: DeploymentTally) {
  const parts = [...tally.parts].map(([key, { version, tally: counted }]) => ({
    key,
    version,
    counts: [counted.requests, counted.rows, counted.errors, counted.cacheHits],
    codes: [...counted.errorsByCode].sort(),
    runs: counted.runs,
    quantiles: DURATIONS.map((name) => {
      const sketch = counted.sketch(name);
      return [sketch?.count, sketch?.quantile(0.5), sketch?.quantile(0.99), sketch?.max, sketch?.sum];
    }),
  }));
  const { gauges, processorMs } = tally;
  return { parts: parts.sort((a, b) => (a.key < b.key ? -1 : 1)), gauges, processorMs };
}

describe('what happened to a deployment', () => {
  it('adds up to the same in any order, also through what is stored', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const direct = new DeploymentTally();
        for (const each of parts) direct.merge(tallyOf(each));
        const stored = new DeploymentTally();
        for (const each of parts.toReversed()) stored.add(tallyOf(each).bytes());
        expect(contents(stored)).toEqual(contents(direct));
        const again = new DeploymentTally();
        again.add(direct.bytes());
        expect(contents(again)).toEqual(contents(direct));
      }),
    );
  });

  it('is refused in a format that is not known, or when bytes are missing', () => {
    const tally = new DeploymentTally();
    tally.part({ id: 'id', number: 1, modelName: 'esol' }).failed('OVERLOADED');
    const bytes = tally.bytes();
    expect(() => new DeploymentTally().add(Uint8Array.of(9))).toThrow(
      'Expected a stored measurement of format 1, got 9.',
    );
    expect(() => new DeploymentTally().add(bytes.subarray(0, bytes.length - 2))).toThrow(RangeError);
  });
});
