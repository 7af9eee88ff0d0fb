import type { JsonObject } from '../../src/pipelines/index.js';
import type { Signature } from '../../src/tensors/index.js';
import { esolPipeline } from './pipeline.js';

/** Every descriptor RDKit computes here, each once, and Delaney's aromatic proportion. */
const DESCRIPTORS: Readonly<Record<string, string>> = {
  clogP: '1',
  molarRefractivity: 'cm^3/mol',
  molecularWeight: 'g/mol',
  monoisotopicMass: 'g/mol',
  TPSA: 'Å^2',
  LabuteASA: 'Å^2',
  ...dimensionless(
    'aromaticProportion hBondDonors hBondAcceptors NOCount NHOHCount rotatableBonds heavyAtoms NumAtoms NumHeteroatoms',
  ),
  ...dimensionless(
    'NumAmideBonds FractionCSP3 rings aromaticRings NumAliphaticRings NumSaturatedRings NumHeterocycles',
  ),
  ...dimensionless(
    'NumAromaticHeterocycles NumSaturatedHeterocycles NumAliphaticHeterocycles NumSpiroAtoms NumBridgeheadAtoms',
  ),
  ...dimensionless('NumAtomStereoCenters NumUnspecifiedAtomStereoCenters hallKierAlpha'),
  ...dimensionless(
    'chi0v chi1v chi2v chi3v chi4v chi0n chi1n chi2n chi3n chi4n kappa1 kappa2 kappa3 Phi',
  ),
};
const MACCS_BITS = 167;

/** Molecules as version 3 reads them: descriptors, and which of the MACCS keys' fragments they hold. */
export const esolTreesPipeline: JsonObject = {
  ...esolPipeline,
  inputs: {
    descriptors: {
      unit: Object.values(DESCRIPTORS),
      description: 'Descriptors of one molecule a row, computed by RDKit.',
      steps: [{ step: 'descriptors', names: Object.keys(DESCRIPTORS) }],
    },
    fragments: {
      unit: '1',
      description: 'MACCS keys: 1 for each of 166 structural fragments that the molecule holds; bit 0 is unused.',
      steps: [{ step: 'fingerprint', type: 'maccs' }],
    },
  },
};

export const esolTreesSignature: Signature = {
  inputs: [
    { name: 'descriptors', datatype: 'FP32', shape: [-1, Object.keys(DESCRIPTORS).length] },
    { name: 'fragments', datatype: 'FP32', shape: [-1, MACCS_BITS] },
  ],
  outputs: [{ name: 'log_s', datatype: 'FP32', shape: [-1, 1] }],
};

function dimensionless(names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, '1']));
}
