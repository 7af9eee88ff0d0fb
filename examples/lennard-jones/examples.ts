import type { ExampleInput } from '../../src/catalog/index.js';

/** The distance at which a pair has its lowest energy, in σ. */
const MINIMUM = 2 ** (1 / 6);

export const lennardJonesExamples: readonly ExampleInput[] = [
  {
    name: 'two argon atoms at the minimum',
    description: 'At the distance 2^(1/6) σ, where a pair has its lowest energy, −ε.',
    instance: {
      positions: [
        [0, 0, 0],
        [MINIMUM, 0, 0],
      ],
    },
    expected: -1,
  },
  {
    name: 'three argon atoms at the minimum',
    description: 'An equilateral triangle: three pairs, each with −ε.',
    instance: {
      positions: [
        [0, 0, 0],
        [MINIMUM, 0, 0],
        [MINIMUM / 2, (MINIMUM * Math.sqrt(3)) / 2, 0],
      ],
    },
    expected: -3,
  },
  {
    name: 'across the border of a box',
    description:
      'Of four particles in a periodic box, two are near each other through its wall, two within it.',
    instance: {
      positions: [
        [0.5, 0.5, 0.5],
        [7.5, 0.5, 0.5],
        [4, 4, 4],
        [4, 5.2, 4],
      ],
      box: 8,
      cutoff: 3,
    },
    // 4 (r⁻¹² − r⁻⁶) at r = 1 is 0, and at r = 1.2 this.
    expected: 4 * (1.2 ** -12 - 1.2 ** -6),
  },
];
