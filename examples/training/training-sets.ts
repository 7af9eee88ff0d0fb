import type { JsonObject } from '../../src/pipelines/index.js';
import type { Signature } from '../../src/tensors/index.js';
import { bindingEnergyPipeline } from '../binding-energy/pipeline.js';
import { esolTreesPipeline, esolTreesSignature } from '../esol/trees-pipeline.js';
import { meatFatPipeline, meatFatSignature } from '../meat-fat/pipeline.js';
import { measuredNuclides, meatSpectra, solubilities, wines } from '../measurement/datasets.js';
import { wineCultivarPipeline, wineCultivarSignature } from '../wine-cultivar/pipeline.js';

/** What one model is trained on: measured rows, and the pipeline that turns their instances into numbers. */
export interface TrainingSet {
  /** Name of the model. */
  readonly model: string;
  readonly pipeline: JsonObject;
  /** As the graph that is yet to be trained will have it. */
  readonly signature: Signature;
  rows(): Promise<readonly { instance: Readonly<Record<string, unknown>>; target: number | string }[]>;
}

export const trainingSets: readonly TrainingSet[] = [
  {
    model: 'esol',
    pipeline: esolTreesPipeline,
    signature: esolTreesSignature,
    rows: async () =>
      (await solubilities()).map(({ smiles, measured }) => ({ instance: { smiles }, target: measured })),
  },
  {
    model: 'binding-energy',
    pipeline: bindingEnergyPipeline,
    signature: {
      inputs: ['z', 'n'].map((name) => ({ name, datatype: 'INT64', shape: [-1] }) as const),
      outputs: [{ name: 'binding_energy', datatype: 'FP64', shape: [-1] }],
    },
    rows: async () =>
      (await measuredNuclides())
        .filter(({ z, n }) => z + n >= 16)
        .map(({ z, n, bindingEnergy }) => ({ instance: { z, n }, target: bindingEnergy })),
  },
  {
    model: 'meat-fat',
    pipeline: meatFatPipeline,
    signature: meatFatSignature,
    rows: async () =>
      (await meatSpectra()).map(({ spectrum, fat }) => ({ instance: { spectrum }, target: fat })),
  },
  {
    model: 'wine-cultivar',
    pipeline: wineCultivarPipeline,
    signature: wineCultivarSignature,
    rows: async () =>
      (await wines()).map(({ measurements, cultivar }) => ({ instance: measurements, target: cultivar })),
  },
];
