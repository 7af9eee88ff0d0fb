import type { Prediction } from '../../pipelines/index.js';

/** A result's value where it is a number; null else, and for what has an error. */
export function resultNumber({ results }: Pick<Prediction, 'results'>, name: string): number | null {
  const value = results.find((result) => result.name === name)?.value;
  return typeof value === 'number' ? value : null;
}

/** The probability of each class, by its name. */
export function probabilitiesOf(
  { results }: Pick<Prediction, 'results'>,
  name: string,
): ReadonlyMap<string, number> | null {
  const value = results.find((result) => result.name === name)?.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return new Map(entries);
}
