import type { JsonObject } from '../../src/pipelines/index.js';
import type { Signature } from '../../src/tensors/index.js';

export const CULTIVARS = ['Barolo', 'Grignolino', 'Barbera'] as const;

/** What is measured, in the order of the graph's columns, and the least and the most of the 178 wines. */
const MEASUREMENTS: Readonly<Record<string, { says: string; unit?: string; min: number; max: number }>> = {
  alcohol: { says: 'Alcohol by volume.', unit: '%', min: 11.03, max: 14.83 },
  malicAcid: { says: 'Malic acid.', min: 0.74, max: 5.8 },
  ash: { says: 'Ash: what is left when the wine is burnt.', min: 1.36, max: 3.23 },
  ashAlkalinity: { says: 'Alkalinity of the ash.', min: 10.6, max: 30 },
  magnesium: { says: 'Magnesium.', min: 70, max: 162 },
  totalPhenols: { says: 'All phenols.', min: 0.98, max: 3.88 },
  flavanoids: { says: 'Flavanoids, which are phenols.', min: 0.34, max: 5.08 },
  nonflavanoidPhenols: { says: 'Phenols that are no flavanoids.', min: 0.13, max: 0.66 },
  proanthocyanins: { says: 'Proanthocyanins.', min: 0.41, max: 3.58 },
  colorIntensity: { says: 'Intensity of the colour.', min: 1.28, max: 13 },
  hue: { says: 'Hue, a ratio of absorbances.', unit: '1', min: 0.48, max: 1.71 },
  od280od315: {
    says: 'Absorbance at 280 nm over that at 315 nm, of the diluted wine.',
    unit: '1',
    min: 1.27,
    max: 4,
  },
  proline: { says: 'Proline, an amino acid.', min: 278, max: 1680 },
};
const NAMES = Object.keys(MEASUREMENTS);

export const wineCultivarPipeline: JsonObject = {
  format: 2,
  instance: Object.fromEntries(
    Object.entries(MEASUREMENTS).map(([name, { says, unit }]) => [
      name,
      {
        kind: 'number',
        ...(unit === undefined ? {} : { unit }),
        range: { min: 0, ...(unit === '%' && { max: 100 }) },
        description: unit === undefined ? `${says} As in the data, which do not say in what unit.` : says,
      },
    ]),
  ),
  steps: { all: { step: 'concatenate', of: NAMES } },
  inputs: {
    measurements: {
      of: 'all',
      unit: NAMES.map((name) => MEASUREMENTS[name]?.unit ?? 'as published'),
      description: 'Thirteen measurements of one wine a row.',
    },
  },
  outputs: {
    probabilities: {
      unit: '1',
      columns: [...CULTIVARS],
      description: 'How likely the wine is of each cultivar.',
    },
  },
  result: {
    cultivar: {
      output: 'probabilities',
      steps: [{ step: 'labels' }],
      description: 'The likeliest cultivar.',
    },
    probabilities: { output: 'probabilities' },
  },
  domain: {
    source: 'the range of the 178 wines it was trained on',
    ranges: Object.fromEntries(
      Object.entries(MEASUREMENTS).map(([name, { min, max }]) => [name, { min, max }]),
    ),
  },
};

export const wineCultivarSignature: Signature = {
  inputs: [{ name: 'measurements', datatype: 'FP64', shape: [-1, NAMES.length] }],
  outputs: [{ name: 'probabilities', datatype: 'FP64', shape: [-1, CULTIVARS.length] }],
};
