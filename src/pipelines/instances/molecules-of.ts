import type { Pipeline } from '../pipeline.js';
import { RowError } from '../prediction.js';
import { moleculeText } from './molecule-text.js';

/** Whether instances have a molecule in them. */
export function hasMolecule({ instance }: Pipeline): boolean {
  return instance.kind === 'molecule';
}

/** The molecule of each instance as text that the toolkit reads; null where there is none, or it cannot be read. */
export function moleculesOf(pipeline: Pipeline, instances: readonly unknown[]): (string | null)[] {
  if (!hasMolecule(pipeline)) return instances.map(() => null);
  return instances.map((instance) => {
    try {
      return moleculeText(instance).text;
    } catch (error) {
      if (error instanceof RowError) return null;
      throw error;
    }
  });
}
