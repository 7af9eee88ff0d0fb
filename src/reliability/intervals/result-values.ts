import type { Prediction } from '../../pipelines/index.js';

/** The number that a result, or a column of one such as `solubility.mean`, is; null for what is none, and for errors. */
export function resultNumber({ results }: Pick<Prediction, 'results'>, path: string): number | null {
  const own = results.find(({ name }) => name === path);
  const value = own ? own.value : columnOf(results, path);
  return typeof value === 'number' ? value : null;
}

function columnOf(results: Prediction['results'], path: string): unknown {
  const owner = results.find(({ name }) => path.startsWith(`${name}.`));
  const value = owner?.value;
  if (owner === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return (value as Readonly<Record<string, unknown>>)[path.slice(owner.name.length + 1)];
}

/** The result that a path is of: itself, or the one it is a column of. */
export function resultOfPath(results: readonly { readonly name: string }[], path: string): string | null {
  const own =
    results.find(({ name }) => name === path) ?? results.find(({ name }) => path.startsWith(`${name}.`));
  return own?.name ?? null;
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
