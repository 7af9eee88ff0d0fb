import type { JsonObject } from '../../src/pipelines/index.js';

/** The same for both versions: they differ in their coefficients and the form of the Coulomb term only. */
export const bindingEnergyPipeline: JsonObject = {
  format: 1,
  instance: { kind: 'nuclide' },
  inputs: {
    z: { unit: '1', description: 'Number of protons.', steps: [{ step: 'field', field: 'z' }] },
    n: { unit: '1', description: 'Number of neutrons.', steps: [{ step: 'field', field: 'n' }] },
  },
  outputs: {
    binding_energy: {
      unit: 'MeV',
      description: 'Total binding energy of the nucleus, positive when bound.',
    },
  },
  domain: {
    source: 'the range of 1761 measured nuclides of AME2020; below A = 16 a liquid drop is a poor picture',
    ranges: {
      z: { min: 5, max: 110 },
      a: { min: 16, max: 270 },
      stabilityDistance: { min: -7.5, max: 10.1 },
    },
  },
};
