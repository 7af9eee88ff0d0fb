import type { ExampleInput } from '../../src/catalog/index.js';

/** What a version answers, to four decimals. Measured values are those of the shipped data. */
export function esolExamples(logS: {
  readonly benzene: number;
  readonly caffeine: number;
  readonly ethanol: number;
  readonly aspirin: number;
}): readonly ExampleInput[] {
  return [
    {
      name: 'benzene',
      description: 'A small aromatic. Measured: −1.64.',
      instance: 'c1ccccc1',
      expected: logS.benzene,
    },
    {
      name: 'caffeine',
      description: 'Several nitrogen atoms in two rings. Measured: −0.876.',
      instance: { smiles: 'Cn1cnc2n(C)c(=O)n(C)c(=O)c12' },
      expected: logS.caffeine,
    },
    {
      name: 'ethanol',
      description:
        'Mixes with water in any ratio, so that a solubility is an extrapolation: 1.10 in the data.',
      instance: 'CCO',
      expected: logS.ethanol,
    },
    {
      name: 'aspirin',
      description: 'Acetylsalicylic acid; the model knows its neutral form only.',
      instance: 'CC(=O)Oc1ccccc1C(=O)O',
      expected: logS.aspirin,
    },
  ];
}
