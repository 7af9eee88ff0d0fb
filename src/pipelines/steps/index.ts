import type { StepDefinition } from '../language/index.js';
import { descriptors } from './molecules/descriptors.js';
import { fingerprint } from './molecules/fingerprint.js';
import { field } from './nuclei/field.js';
import { affine } from './numbers/affine.js';
import { clip } from './numbers/clip.js';
import { concatenate } from './numbers/concatenate.js';
import { log } from './numbers/log.js';
import { power } from './numbers/power.js';
import { standardize } from './numbers/standardize.js';

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
  field,
];

const byName = new Map(STEPS.map((step) => [step.name, step]));

/** @throws Error for a name that no checked pipeline has */
export function stepNamed(name: string): StepDefinition {
  const step = byName.get(name);
  if (step === undefined) throw new Error(`There is no step "${name}"`);
  return step;
}
