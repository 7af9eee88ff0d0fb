import { describe, expect, it } from '@jest/globals';
import { RowSampler } from '../../src/monitoring/row-sampler.js';
import { seededRandom } from '../../src/platform/seeded-random.js';

describe('a sample of rows', () => {
  it('is all of them while they are few', () => {
    const kept: number[] = [];
    const sampler = new RowSampler(10, Math.random);
    sampler.offer(3, (row, place) => (kept[place] = row));
    sampler.offer(4, (row, place) => (kept[place] = 100 + row));
    expect(kept).toEqual([0, 1, 2, 100, 101, 102, 103]);
    sampler.reset();
    sampler.offer(1, (_, place) => (kept[place] = 7));
    expect(kept[0]).toBe(7);
  });

  it('has each of many with the same probability, in whatever portions they come', () => {
    const random = seededRandom(4);
    const [total, capacity, tries] = [500, 20, 3_000];
    const taken = new Float64Array(10);
    let calls = 0;
    for (let round = 0; round < tries; round += 1) {
      const sampler = new RowSampler(capacity, random);
      const kept = new Int32Array(capacity);
      for (let from = 0; from < total;) {
        const rows = Math.min(total - from, 1 + Math.floor(random() * 40));
        const first = from;
        sampler.offer(rows, (row, place) => {
          calls += 1;
          kept[place] = first + row;
        });
        from += rows;
      }
      for (const row of kept) taken[Math.floor(row / 50)] = (taken[Math.floor(row / 50)] ?? 0) + 1;
    }
    const expected = (tries * capacity) / 10;
    // Five standard deviations.
    for (const count of taken) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    // capacity · (1 + ln(total / capacity)) rows are looked at, not all.
    expect(calls / tries).toBeLessThan(1.1 * capacity * (1 + Math.log(total / capacity)));
  });
});
