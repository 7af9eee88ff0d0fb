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
    source: "smallest and largest value among 803 molecules of Delaney's set",
    ranges: {
      clogP: { min: 0, max: 0 },
      molecularWeight: { min: 0, max: 0 },
      rotatableBonds: { min: 0, max: 0 },
      aromaticProportion: { min: 0, max: 0 },
    },
  },
};
