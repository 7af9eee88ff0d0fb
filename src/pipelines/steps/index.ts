import type { StepDefinition } from '../language/index.js';
import { pixels } from './images/pixels.js';
import { compositionFractions } from './materials/composition-fractions.js';
import { compositionStatistics } from './materials/composition-statistics.js';
import { elementPropertiesStep } from './materials/element-properties.js';
import { neighboursStep } from './materials/neighbours.js';
import { radialDistribution } from './materials/radial-distribution.js';
import { structurePart } from './materials/structure-part.js';
import { descriptors } from './molecules/descriptors.js';
import { fingerprint } from './molecules/fingerprint.js';
import { molecularGraph } from './molecules/molecular-graph.js';
import { structuralAlerts } from './molecules/structural-alerts.js';
import { field } from './nuclei/field.js';
import { affine } from './numbers/affine.js';
import { clip } from './numbers/clip.js';
import { concatenate } from './numbers/concatenate.js';
import { log } from './numbers/log.js';
import { power } from './numbers/power.js';
import { standardize } from './numbers/standardize.js';
import { baseline } from './signals/baseline.js';
import { normalizeStep } from './signals/normalize.js';
import { resampleStep } from './signals/resample.js';
import { smooth } from './signals/smooth.js';
import { tokenize } from './texts/tokenize.js';

/** Every step a pipeline may have, in the order in which docs/pipelines.md lists them. */
export const STEPS: readonly StepDefinition[] = [
  standardize,
  affine,
  clip,
  log,
  power,
  concatenate,
  descriptors,
  fingerprint,
  structuralAlerts,
  molecularGraph,
  field,
  elementPropertiesStep,
  compositionFractions,
  compositionStatistics,
  structurePart,
  neighboursStep,
  radialDistribution,
  resampleStep,
  smooth,
  baseline,
  normalizeStep,
  pixels,
  tokenize,
];

const byName = new Map(STEPS.map((step) => [step.name, step]));

/** @throws Error for a name that no checked pipeline has */
export function stepNamed(name: string): StepDefinition {
  const step = byName.get(name);
  if (step === undefined) throw new Error(`There is no step "${name}"`);
  return step;
}
