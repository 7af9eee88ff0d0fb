import type { ExampleInput } from '../../src/catalog/index.js';

/** What a version answers, in MeV to three decimals. Measured values are those of the shipped data (AME2020). */
export function bindingEnergyExamples(energy: {
  readonly iron: number;
  readonly tin: number;
  readonly lead: number;
}): readonly ExampleInput[] {
  return [
    {
      name: 'iron-56',
      description: 'Near the top of the curve of binding energies. Measured: 492.260 MeV.',
      instance: { z: 26, n: 30 },
      expected: energy.iron,
    },
    {
      name: 'tin-120',
      description: 'A closed shell of 50 protons, which a liquid drop does not know. Measured: 1020.539 MeV.',
      instance: { symbol: 'Sn', a: 120 },
      expected: energy.tin,
    },
    {
      name: 'lead-208',
      description: 'Closed shells of protons and of neutrons.',
      instance: 'Pb-208',
      expected: energy.lead,
    },
  ];
}
