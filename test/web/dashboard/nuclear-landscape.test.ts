import { describe, expect, it } from '@jest/globals';
import { neutronRange, stabilityDistance } from '../../../src/pipelines/index.js';
import {
  LARGEST_Z,
  NEUTRONS,
  isPossible,
  nuclideName,
  quantitiesOf,
} from '../../../web/dashboard/playground/nuclides/landscape.js';

describe('the chart of nuclides', () => {
  it('offers exactly what the server accepts', () => {
    expect(NEUTRONS).toEqual(Array.from({ length: LARGEST_Z }, (_, index) => neutronRange(index + 1)));
    expect([isPossible(26, 30), isPossible(26, 5), isPossible(0, 1), isPossible(121, 180)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('judges the domain by the same quantities', () => {
    expect(quantitiesOf(26, 30)).toEqual({
      z: 26,
      n: 30,
      a: 56,
      asymmetry: 4 / 56,
      stabilityDistance: stabilityDistance(26, 30),
    });
    expect([nuclideName(26, 30), nuclideName(118, 176), nuclideName(119, 180)]).toEqual([
      'Fe-56',
      'Og-294',
      'Z119-299',
    ]);
  });
});
