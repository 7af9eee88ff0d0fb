import { inferTab, predictTab } from './tab.js';

export const predictions = [
  predictTab(
    `
# 3. Solubility in water, log10 of mol/L, of ethanol,
#    aspirin and caffeine, from their SMILES.
#    Add a molecule of your own. One that cannot be read,
#    such as "C1CC", fails alone and says why in "error".
mutation PredictEsol`,
    {
      version: 'esol@production',
      instances: ['CCO', 'CC(=O)Oc1ccccc1C(=O)O', 'CN1C=NC2=C1C(=O)N(C)C(=O)N2C'],
    },
  ),
  predictTab(
    `
# 4. The energy that holds a nucleus together, from its
#    numbers of protons (z) and neutrons (n):
#    iron-56 and lead-208.
mutation PredictNucleus`,
    {
      deployment: 'binding-energy',
      instances: [
        { z: 26, n: 30 },
        { z: 82, n: 126 },
      ],
    },
  ),
  predictTab(
    `
# 5. The Lennard-Jones energy of particles at these
#    positions, in reduced units: two at the distance of
#    the minimum, 2^(1/6), where it is -1; and four in a
#    periodic box of side 8, cut off at distance 3.
mutation PredictParticles`,
    {
      deployment: 'lennard-jones',
      instances: [
        {
          positions: [
            [0, 0, 0],
            [1.122462048309373, 0, 0],
          ],
        },
        {
          positions: [
            [0.5, 0.5, 0.5],
            [7.5, 0.5, 0.5],
            [4, 4, 4],
            [4, 5.2, 4],
          ],
          box: 8,
          cutoff: 3,
        },
      ],
    },
  ),
];

export const inferences = [
  inferTab(
    `
# 6. Version 2 of the same model without its chemistry: raw
#    tensors in and out. One row a molecule, here ethanol's
#    clogP, weight, rotatable bonds and aromatic share.
#    Names, datatypes and shapes are those of a version's
#    signature, as in tab 2, where -1 fits any number.
mutation InferEsol`,
    {
      version: 'esol@2',
      inputs: [{ name: 'features', datatype: 'FP64', shape: [1, 4], data: [[-0.0014, 46.069, 0, 0]] }],
    },
  ),
  inferTab(
    `
# 7. Raw tensors of binding-energy: the protons and the
#    neutrons of iron-56 and lead-208.
mutation InferNucleus`,
    {
      deployment: 'binding-energy',
      inputs: [
        { name: 'z', datatype: 'INT64', shape: [2], data: [26, 82] },
        { name: 'n', datatype: 'INT64', shape: [2], data: [30, 126] },
      ],
    },
  ),
  inferTab(
    `
# 8. Raw tensors of lennard-jones: two particles at the
#    distance of the minimum. For large tensors, data may
#    be base64 of little-endian bytes both ways: add
#    "encoding": "BASE64" to get the answer so.
mutation InferParticles`,
    {
      deployment: 'lennard-jones',
      inputs: [
        { name: 'positions', datatype: 'FP64', shape: [2, 3], data: [0, 0, 0, 1.122462048309373, 0, 0] },
        { name: 'box', datatype: 'FP64', shape: [], data: [0] },
        { name: 'cutoff', datatype: 'FP64', shape: [], data: [0] },
      ],
    },
  ),
];
