import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../../src/monitoring/metrics/tallies/bytes.js';
import { RELATIVE_ERROR, Sketch } from '../../../src/monitoring/metrics/tallies/sketch.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';

const VALUES = 20_000;
const QUANTILES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const DISTRIBUTIONS: readonly { name: string; draw: (random: () => number, place: number) => number }[] = [
  { name: 'uniform', draw: (random) => 100 * random() },
  { name: 'normal', draw: (random) => Math.max(0, 50 + 5 * normal(random)) },
  { name: 'exponential', draw: (random) => -3 * Math.log(1 - random()) },
  { name: 'log-normal', draw: (random) => Math.exp(1.5 * normal(random)) },
  { name: 'Pareto', draw: (random) => (1 - random()) ** (-1 / 1.2) },
  { name: 'two peaks', draw: (random) => (random() < 0.9 ? 1 + random() : 800 + 100 * random()) },
  { name: 'constant', draw: () => 0.98 },
  { name: 'microseconds', draw: (random) => 0.0004 + 0.002 * random() },
  { name: 'whole numbers with zeros', draw: (random) => Math.floor(6 * random()) },
  { name: 'rising over nine decades', draw: (_, place) => 10 ** ((9 * place) / VALUES - 5) },
];

/** Nearest rank. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function bytesOf(sketch: Sketch): Uint8Array {
  const to = new ByteWriter();
  sketch.write(to);
  return to.bytes();
}

/** Several times what a model takes, around the bin of 1 ms, and zeros. */
const duration = fc.oneof(
  fc.double({ min: 0, max: 1e4, noNaN: true }),
  fc.double({ min: 0.9, max: 1.1, noNaN: true }),
  fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
  fc.constant(0),
);

describe('a sketch', () => {
  it.each(DISTRIBUTIONS)('tells the percentiles of a distribution within its error: $name', ({ draw }) => {
    const random = seededRandom(7);
    const values = Array.from({ length: VALUES }, (_, place) => draw(random, place));
    const sorted = values.toSorted((a, b) => a - b);
    const sketch = sketchOf(values);
    for (const q of QUANTILES) {
      const exact = exactQuantile(sorted, q);
      const told = sketch.quantile(q) ?? NaN;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9));
    }
    expect(sketch.max).toBe(sorted.at(-1));
    const mean = values.reduce((sum, value) => sum + value, 0) / VALUES;
    expect(Math.abs((sketch.mean ?? NaN) - mean)).toBeLessThanOrEqual(1e-6);
  });

  it('is the same however its values were divided, and in whatever order its parts came together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(duration, { maxLength: 40 }), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (parts, random) => {
          const whole = bytesOf(sketchOf(parts.flat()));
          const shuffled = parts
            .map((part) => ({ part, place: random.next().value as number }))
            .toSorted((a, b) => a.place - b.place)
            .map(({ part }) => sketchOf(part));
          const left = new Sketch();
          for (const part of shuffled) left.merge(part);
          const right = new Sketch();
          for (const part of shuffled.toReversed()) right.read(new ByteReader(bytesOf(part)));
          expect(bytesOf(left)).toEqual(whole);
          expect(bytesOf(right)).toEqual(whole);
        },
      ),
    );
  });

  it('loses nothing where the largest value of a part lies just below 1 ms, whose bin has the number 0', () => {
    const sum = sketchOf([0.5, 0.6]);
    sum.merge(sketchOf([0.55, 0.99]));
    const again = new Sketch();
    again.merge(sum);
    expect(again.count).toBe(4);
    expect(again.quantile(1)).toBeCloseTo(0.99, 2);
    expect(again.quantile(0.75)).toBeCloseTo(0.6, 2);
  });

  it('leaves out what is no duration, and nothing takes less than no time', () => {
    const sketch = sketchOf([NaN, Infinity, -Infinity, -3, 2]);
    expect(sketch.count).toBe(3);
    expect(sketch.quantile(0)).toBe(0);
    expect(sketch.max).toBe(2);
    expect(sketch.mean).toBeCloseTo(2 / 3, 6);
  });

  it('of nothing has no percentiles, and merging it changes nothing', () => {
    const empty = new Sketch();
    expect([empty.quantile(0.5), empty.max, empty.mean]).toEqual([null, null, null]);
    const some = sketchOf([1, 2, 3]);
    const before = bytesOf(some);
    some.merge(empty);
    expect(bytesOf(some)).toEqual(before);
    empty.merge(some);
    expect(bytesOf(empty)).toEqual(before);
  });
});
