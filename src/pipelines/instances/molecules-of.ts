import { drawnField } from '../describe/instance-form.js';
import type { Pipeline } from '../pipeline.js';
import { RowError } from '../prediction.js';
import { moleculeText } from './molecule-text.js';

/** Whether instances have a molecule in them. */
export function hasMolecule(pipeline: Pipeline): boolean {
  return drawnField(pipeline) !== undefined;
}

/**
 * The first molecule of each instance as text that the toolkit reads; null where there is none, or it cannot be read.
 */
export function moleculesOf(pipeline: Pipeline, instances: readonly unknown[]): (string | null)[] {
  const molecule = drawnField(pipeline);
  if (molecule === undefined) return instances.map(() => null);
  return instances.map((instance) => {
    try {
      return moleculeText(molecule(instance)).text;
    } catch (error) {
      if (error instanceof RowError) return null;
      throw error;
    }
  });
}
