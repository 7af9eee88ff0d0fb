import { z } from 'zod';
import { defineField } from '../../language/index.js';
import { readSpectrum } from '../../spectra/read-spectrum.js';

export const spectrum = defineField({
  kind: 'spectrum',
  summary:
    '`{"x": [400, 401, …], "y": [0.1, 0.2, …]}` in any order, with `"xUnit"` where it is not the pipeline\'s; wavelengths, wavenumbers, frequencies and photon energies are converted',
  settings: z.strictObject({
    xUnit: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .describe('Of the axis the model was trained on, such as `nm`, `cm^-1` or `m/z`.'),
    maximum: z.int().min(2).max(1_000_000).default(100_000).describe('Points in one instance.'),
  }),
  gives: ({ xUnit }) => ({ kind: 'spectrum', details: { xUnit } }),
  read: (settings) => (value) => readSpectrum(value, settings),
  describe: ({ xUnit }, name) => ({ name, kind: 'spectrum', shape: [], unit: xUnit }),
});
