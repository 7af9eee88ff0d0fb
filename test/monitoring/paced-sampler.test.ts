import { describe, expect, it } from '@jest/globals';
import { PacedSampler } from '../../src/monitoring/paced-sampler.js';
import { seededRandom } from '../../src/platform/seeded-random.js';

describe('a sample of each second', () => {
  it('looks at few more rows than it keeps, from the second second on', () => {
    const random = seededRandom(8);
    const sampler = new PacedSampler(50, 1, random);
    const [looks, kept]: [number[], number[]] = [[], []];
    for (let second = 0; second < 20; second += 1) {
      let looked = 0;
      const places = new Set<number>();
      for (let request = 0; request < 2_000; request += 1)
        sampler.offer(1 + (request % 3), (_, place) => {
          looked += 1;
          places.add(place);
        });
      looks.push(looked);
      kept.push(places.size);
      sampler.reset();
    }
    // All of a burst that nobody could expect goes through the reservoir.
    expect(kept[0]).toBe(50);
    expect(Math.max(...looks.slice(1))).toBeLessThan(100);
    expect(Math.max(...kept)).toBe(50);
    expect(kept.slice(1).reduce((sum, count) => sum + count, 0) / 19).toBeGreaterThan(40);
  });

  it('is all of a quiet second, also after a busy one and another', () => {
    const sampler = new PacedSampler(50, 1, seededRandom(1));
    sampler.offer(10_000, () => undefined);
    sampler.reset();
    sampler.reset();
    const rows: number[] = [];
    for (let request = 0; request < 50; request += 1) sampler.offer(1, (_, place) => rows.push(place));
    expect(rows).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('never takes more than the share it was told', () => {
    const sampler = new PacedSampler(1_000, 0.1, seededRandom(3));
    let taken = 0;
    for (let second = 0; second < 100; second += 1) {
      sampler.offer(100, () => (taken += 1));
      sampler.reset();
    }
    expect(Math.abs(taken - 1_000)).toBeLessThan(5 * Math.sqrt(1_000));
  });
});
