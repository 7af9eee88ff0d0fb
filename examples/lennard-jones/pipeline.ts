import type { JsonObject } from '../../src/pipelines/index.js';

export const lennardJonesPipeline: JsonObject = {
  format: 1,
  instance: { kind: 'particles', maximum: 2000 },
  inputs: {
    positions: {
      unit: 'sigma',
      description: 'Coordinates x, y, z of one particle a row.',
      steps: [{ step: 'field', field: 'positions' }],
    },
    box: {
      unit: 'sigma',
      description: 'Side of the cubic periodic box; 0 for none.',
      steps: [{ step: 'field', field: 'box', absent: 0 }],
    },
    cutoff: {
      unit: 'sigma',
      description: 'Distance from which pairs count nothing, at most half the box; 0 for none.',
      steps: [{ step: 'field', field: 'cutoff', absent: 0 }],
    },
  },
  outputs: {
    energy: { unit: 'epsilon', description: 'Potential energy of all pairs, without long-range correction.' },
  },
};
