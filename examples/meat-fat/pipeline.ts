import type { JsonObject } from '../../src/pipelines/index.js';
import type { Signature } from '../../src/tensors/index.js';

const CHANNELS = 100;

/** Second derivatives take off what a baseline adds; that each has one scale, what a longer way through the meat does. */
export const meatFatPipeline: JsonObject = {
  format: 2,
  instance: {
    spectrum: {
      kind: 'spectrum',
      xUnit: 'nm',
      description:
        'Absorbance, −log10 of the transmittance, of finely chopped meat from 850 to 1050 nm; other units of the axis are converted.',
    },
  },
  steps: {
    channels: { step: 'resample', of: 'spectrum', from: 850, to: 1050, points: CHANNELS },
    curvature: { step: 'smooth', of: 'channels', window: 9, degree: 3, derivative: 2 },
    scaled: { step: 'normalize', of: 'curvature', by: 'snv' },
  },
  inputs: {
    spectrum: {
      of: 'scaled',
      unit: '1',
      description:
        'Second derivatives at 100 wavelengths from 850 to 1050 nm, mean 0 and standard deviation 1.',
    },
  },
  outputs: { fat: { unit: '%', description: 'Fat, of the mass of the meat.' } },
};

export const meatFatSignature: Signature = {
  inputs: [{ name: 'spectrum', datatype: 'FP32', shape: [-1, CHANNELS] }],
  outputs: [{ name: 'fat', datatype: 'FP32', shape: [-1, 1] }],
};
