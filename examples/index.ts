import { bindingEnergy } from './binding-energy/index.js';
import { esol } from './esol/index.js';
import type { ExampleModel } from './example.js';
import { lennardJones } from './lennard-jones/index.js';
import { meatFat } from './meat-fat/index.js';
import { wineCultivar } from './wine-cultivar/index.js';

export type { ExampleModel, ExampleVersion, MetricInput } from './example.js';

/** What a fresh catalog is given, each model deployed under its own name. */
export const examples: readonly ExampleModel[] = [esol, bindingEnergy, lennardJones, meatFat, wineCultivar];
