import type { JsonObject } from '../../src/pipelines/index.js';

/** The same for both versions: they differ in their coefficients only. */
export const esolPipeline: JsonObject = {
  format: 1,
  instance: { kind: 'molecule', fragments: 'warn' },
  inputs: {
    features: {
      unit: ['1', 'g/mol', '1', '1'],
      description: 'Descriptors of one molecule a row, computed by RDKit.',
      steps: [
        {
          step: 'descriptors',
          names: ['clogP', 'molecularWeight', 'rotatableBonds', 'aromaticProportion'],
        },
      ],
    },
  },
  outputs: {
    log_s: {
      unit: 'log10(mol/L)',
      description: 'Decadic logarithm of the solubility in water at 25 °C.',
    },
  },
  domain: {
    source: "the range of 803 molecules of Delaney's set",
    ranges: {
      clogP: { min: -7.58, max: 10.39 },
      molecularWeight: { min: 16.04, max: 780.95 },
      rotatableBonds: { min: 0, max: 23 },
      aromaticProportion: { min: 0, max: 1 },
    },
  },
};
