import type { StepDefinition } from '../language/index.js';
import { pixels } from './images/pixels.js';
import { compositionFractions } from './materials/composition-fractions.js';
import { compositionStatistics } from './materials/composition-statistics.js';
import { elementPropertiesStep } from './materials/element-properties.js';
import { neighboursStep } from './materials/neighbours.js';
import { radialDistribution } from './materials/radial-distribution.js';
import { structurePart } from './materials/structure-part.js';
import { combine } from './answers/combine.js';
import { ensemble } from './answers/ensemble.js';
import { labels } from './answers/labels.js';
import { percentile } from './answers/percentile.js';
import { sigmoid } from './answers/sigmoid.js';
import { softmax } from './answers/softmax.js';
import { threshold } from './answers/threshold.js';
import { dateParts } from './categories/date-parts.js';
import { oneHot } from './categories/one-hot.js';
import { ordinal } from './categories/ordinal.js';
import { cast } from './columns/cast.js';
import { constant } from './columns/constant.js';
import { interactions } from './columns/interactions.js';
import { pick } from './columns/pick.js';
import { descriptors } from './molecules/descriptors.js';
import { fingerprint } from './molecules/fingerprint.js';
import { molecularGraph } from './molecules/molecular-graph.js';
import { structuralAlerts } from './molecules/structural-alerts.js';
import { field } from './nuclei/field.js';
import { nucleus } from './nuclei/nucleus.js';
import { affine } from './numbers/affine.js';
import { clip } from './numbers/clip.js';
import { concatenate } from './numbers/concatenate.js';
import { log } from './numbers/log.js';
import { power } from './numbers/power.js';
import { raise } from './numbers/raise.js';
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
  raise,
  concatenate,
  pick,
  interactions,
  cast,
  constant,
  oneHot,
  ordinal,
  dateParts,
  descriptors,
  fingerprint,
  structuralAlerts,
  molecularGraph,
  nucleus,
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
  sigmoid,
  softmax,
  labels,
  threshold,
  ensemble,
  combine,
  percentile,
];

const byName = new Map(STEPS.map((step) => [step.name, step]));

/** @throws Error for a name that no checked pipeline has */
export function stepNamed(name: string): StepDefinition {
  const step = byName.get(name);
  if (step === undefined) throw new Error(`There is no step "${name}"`);
  return step;
}
