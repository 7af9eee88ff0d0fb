import { describe, expect, it } from '@jest/globals';
import { ChancePicker } from '../../src/monitoring/chance-picker.js';
import { seededRandom } from '../../src/platform/seeded-random.js';

describe('a share of a stream', () => {
  it('is each of it with the same probability, whatever portions it comes in', () => {
    for (const rate of [0.01, 0.3, 0.9]) {
      const random = seededRandom(2);
      const picker = new ChancePicker(rate, random);
      const halves = [0, 0];
      const [count, size] = [20_000, 6];
      let largest = 0;
      for (let round = 0; round < count; round += 1)
        picker.offer(size, (place) => {
          largest = Math.max(largest, place);
          const half = place < size / 2 ? 0 : 1;
          halves[half] = (halves[half] ?? 0) + 1;
        });
      expect(largest).toBeLessThan(size);
      const expected = (count * size * rate) / 2;
      for (const half of halves) expect(Math.abs(half - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it('is all of it at a rate of 1', () => {
    const places: number[] = [];
    const picker = new ChancePicker(1, Math.random);
    for (const count of [2, 0, 3]) picker.offer(count, (place) => places.push(place));
    expect(places).toEqual([0, 1, 0, 1, 2]);
  });
});
