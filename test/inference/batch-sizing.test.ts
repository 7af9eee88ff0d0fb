import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BatchSizing, RunTimeEstimate, type SizingSettings } from '../../src/inference/batch-sizing.js';

const sizing = (settings: Partial<SizingSettings>) =>
  new BatchSizing({ maxBatchSize: 32, preferredBatchSizes: [], latencyTargetMs: null, ...settings });

describe('the estimate of a run', () => {
  it('finds the line through batches that lie on one', () => {
    const coefficient = fc.double({ min: 0.01, max: 100, noNaN: true });
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(coefficient, coefficient, sizes, (a, b, rows) => {
        const estimate = new RunTimeEstimate();
        for (const size of rows) estimate.observe(size, a * size + b);
        for (const size of [1, 17, 64]) expect(estimate.of(size) / (a * size + b)).toBeCloseTo(1, 5);
      }),
    );
  });

  it('takes time to grow with size while all batches were of one size', () => {
    const estimate = new RunTimeEstimate();
    for (let count = 0; count < 500; count += 1) estimate.observe(4, 8);
    expect(estimate.of(8)).toBeCloseTo(16, 6);
    expect(estimate.rowsWithin(10)).toBe(5);
  });

  it('follows a model that becomes slower', () => {
    const estimate = new RunTimeEstimate();
    for (let count = 0; count < 200; count += 1) estimate.observe(1 + (count % 8), 1);
    for (let count = 0; count < 400; count += 1) estimate.observe(1 + (count % 8), 100);
    expect(estimate.of(4)).toBeGreaterThan(99);
  });

  it('never falls with size nor below zero, whatever was measured', () => {
    const measured = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 64 }), fc.double({ min: 0, max: 1e4, noNaN: true })),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(measured, (batches) => {
        const estimate = new RunTimeEstimate();
        for (const [rows, ms] of batches) estimate.observe(rows, ms);
        expect(estimate.of(0)).toBeGreaterThanOrEqual(0);
        expect(estimate.of(10)).toBeGreaterThanOrEqual(estimate.of(5));
        expect(estimate.rowsWithin(5)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the size of a batch', () => {
  it('is the maximum unless something else is said', () => {
    expect(sizing({}).limit(100, 0)).toBe(32);
    expect(sizing({}).fullRows).toBe(32);
  });

  it('is the largest preferred one that can be filled, else all that wait', () => {
    const preferring = sizing({ preferredBatchSizes: [4, 8, 64] });
    expect(preferring.fullRows).toBe(4);
    expect(preferring.limit(3, 0)).toBe(32);
    expect(preferring.limit(7, 0)).toBe(4);
    expect(preferring.limit(100, 0)).toBe(8);
  });

  it('keeps to the latency target beside what was spent waiting', () => {
    const targeting = sizing({ latencyTargetMs: 10 });
    expect(targeting.limit(100, 0)).toBe(32);
    for (const rows of [1, 2, 4, 8]) targeting.estimate.observe(rows, 2 + rows);
    expect(targeting.limit(100, 0)).toBe(8);
    expect(targeting.limit(100, 3)).toBe(5);
    // It is too late for this one; the others behind it are not kept waiting for a small batch.
    expect(targeting.limit(100, 50)).toBe(8);
  });

  it('is one row when even that misses the target', () => {
    const targeting = sizing({ latencyTargetMs: 1 });
    for (const rows of [1, 2, 4, 8]) targeting.estimate.observe(rows, 2 + rows);
    expect(targeting.limit(100, 0)).toBe(1);
  });
});
