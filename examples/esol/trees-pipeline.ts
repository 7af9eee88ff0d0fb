import type { JsonObject } from '../../src/pipelines/index.js';
import type { Signature } from '../../src/tensors/index.js';
import { esolPipeline } from './pipeline.js';

/** Every descriptor RDKit computes here, each once, and Delaney's aromatic proportion. */
const DESCRIPTORS = [
  ...['clogP', 'molarRefractivity', 'molecularWeight', 'monoisotopicMass', 'TPSA', 'LabuteASA'],
  ...['aromaticProportion', 'hBondDonors', 'hBondAcceptors', 'NOCount', 'NHOHCount', 'rotatableBonds'],
  ...['heavyAtoms', 'NumAtoms', 'NumHeteroatoms', 'NumAmideBonds', 'FractionCSP3', 'rings', 'aromaticRings'],
  ...['NumAliphaticRings', 'NumSaturatedRings', 'NumHeterocycles', 'NumAromaticHeterocycles'],
  ...['NumSaturatedHeterocycles', 'NumAliphaticHeterocycles', 'NumSpiroAtoms', 'NumBridgeheadAtoms'],
  ...['NumAtomStereoCenters', 'NumUnspecifiedAtomStereoCenters', 'hallKierAlpha'],
  ...['chi0v', 'chi1v', 'chi2v', 'chi3v', 'chi4v', 'chi0n', 'chi1n', 'chi2n', 'chi3n', 'chi4n'],
  ...['kappa1', 'kappa2', 'kappa3', 'Phi'],
];
const MACCS_BITS = 167;

/** Molecules as version 3 reads them: descriptors, and which of the fragments of the MACCS keys they hold. */
export const esolTreesPipeline: JsonObject = {
  format: 2,
  instance: {
    smiles: {
      kind: 'molecule',
      fragments: 'warn',
      description: 'The molecule, neutral and without counter-ions, as SMILES.',
    },
  },
  steps: {
    descriptors: { step: 'descriptors', of: 'smiles', names: DESCRIPTORS },
    fragments: { step: 'fingerprint', of: 'smiles', type: 'maccs' },
    features: { step: 'concatenate', of: ['descriptors', 'fragments'] },
  },
  inputs: {
    features: {
      of: 'features',
      description:
        'Descriptors of one molecule a row, then the MACCS keys: 1 for each of 166 structural fragments that it holds (bit 0 is unused); all by RDKit.',
    },
  },
  outputs: esolPipeline.outputs as JsonObject,
  domain: esolPipeline.domain as JsonObject,
};

export const esolTreesSignature: Signature = {
  inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, DESCRIPTORS.length + MACCS_BITS] }],
  outputs: [{ name: 'log_s', datatype: 'FP32', shape: [-1, 1] }],
};
