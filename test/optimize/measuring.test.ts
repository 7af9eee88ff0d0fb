import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OptimizationRecord } from '../../src/catalog/index.js';
import { rowsBetween } from '../../src/optimize/making/rows-between.js';
import { measureDifferences } from '../../src/optimize/measuring/measure-differences.js';
import { paretoPlot } from '../../src/optimize/plot/pareto-plot.js';
import type { Tensor } from '../../src/tensors/index.js';
import { candidate, measured, NO_LIMITS, ORIGINAL } from './figures.js';

const tensor = (values: readonly number[], name = 'y'): Tensor => ({
  name,
  datatype: 'FP64',
  shape: [values.length],
  data: Float64Array.from(values),
});

describe('differences', () => {
  it('are the same however many rows shared a run', () => {
    const together = [{ outputs: [tensor([1, 2, 3, 6])], rows: 4 }];
    const alone = [1, 2.5, 3, 5].map((value) => ({ outputs: [tensor([value])], rows: 1 }));
    const [found] = measureDifferences(together, alone);
    expect(found).toMatchObject({ output: 'y', elements: 4, largest: 1, mean: 0.375, differing: 0 });
    // Standard deviation of 1, 2, 3, 6 is √3.5; root mean square of 0, 0.5, 0, 1 is √0.3125.
    expect(found?.relative).toBeCloseTo(Math.sqrt(0.3125 / 3.5), 12);
  });

  it('count labels and what is not finite', () => {
    const labels = (data: string[]): Tensor => ({
      name: 'label',
      datatype: 'BYTES',
      shape: [data.length],
      data,
    });
    const of = (...outputs: Tensor[]) => [{ outputs, rows: 2 }];
    expect(
      measureDifferences(of(labels(['a', 'b']), tensor([1, NaN])), of(labels(['a', 'c']), tensor([1, 2]))),
    ).toEqual([
      { output: 'label', elements: 2, largest: null, mean: null, relative: null, differing: 1 },
      { output: 'y', elements: 2, largest: 0, mean: 0, relative: null, differing: 1 },
    ]);
  });
});

describe('rows between rows', () => {
  it('lie within what the sample spans, whole numbers among its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.integer({ min: 0, max: 5 })), {
          minLength: 2,
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 30 }),
        (rows, wanted) => {
          const numbers = tensor(
            rows.map(([value]) => value),
            'x',
          );
          const whole: Tensor = {
            name: 'k',
            datatype: 'INT64',
            shape: [rows.length],
            data: BigInt64Array.from(rows, ([, value]) => BigInt(value)),
          };
          const [x, k] = rowsBetween([numbers, whole], rows.length, wanted, 7) ?? [];
          expect([x?.shape, k?.shape]).toEqual([[wanted], [wanted]]);
          const [low, high] = [Math.min(...rows.map(([v]) => v)), Math.max(...rows.map(([v]) => v))];
          for (const value of x?.data as Float64Array) {
            expect(value).toBeGreaterThanOrEqual(low - 1e-9);
            expect(value).toBeLessThanOrEqual(high + 1e-9);
          }
          const known = new Set(rows.map(([, value]) => BigInt(value)));
          for (const value of k?.data as BigInt64Array) expect(known.has(value)).toBe(true);
        },
      ),
    );
  });

  it('are the same for the same seed, and none of texts', () => {
    const x = tensor([1, 5, 2, 8, 3], 'x');
    expect(rowsBetween([x], 5, 4, 1)).toEqual(rowsBetween([x], 5, 4, 1));
    const texts: Tensor = { name: 't', datatype: 'BYTES', shape: [2], data: ['a', 'b'] };
    expect(rowsBetween([texts], 2, 4, 1)).toBeNull();
  });
});

describe('the picture', () => {
  const record: OptimizationRecord = {
    method: 'AUTO',
    origin: { version: 'm<1>@1', digest: `sha256:${'0'.repeat(64)}` },
    budget: NO_LIMITS,
    sample: {
      source: 'FILE',
      description: 'rows',
      rows: 100,
      unreadable: 0,
      calibrationRows: 66,
      measuredRows: 34,
      labelled: false,
      seed: 1,
    },
    machine: { processor: 'x', cores: 2, threads: 1 },
    original: ORIGINAL,
    candidates: [
      candidate('fast & small', measured([4, 4], 100_000), { onFront: true }),
      candidate('other', measured([0.5, 0.5], 900_000)),
      candidate('failed', measured([1, 1], 1), { figures: null, error: 'no' }),
    ],
    chosen: 'fast & small',
    tools: [],
    runtime: '',
    platform: '',
    packages: [],
  };

  it('has a dot and a description for everything that was measured, and nothing that runs', () => {
    const svg = paretoPlot(record, 1);
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg).toContain('fast &amp; small: 4 times as fast, 0 lost');
    expect(svg).toContain('m&lt;1&gt;@1');
    expect(svg).not.toMatch(/<script|<style|style=|NaN|Infinity/);
    expect(() => paretoPlot(record, 8)).toThrow(/expected 1 or 32, got 8/);
  });
});
