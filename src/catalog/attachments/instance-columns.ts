import { findColumn, type FieldWish } from '../../datafiles/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';

/** The ways of naming an instance of a kind, by the fields that each takes; the first that a file has columns for counts. */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  molecule: [['smiles'], ['molblock']],
  nuclide: [
    ['z', 'n'],
    ['symbol', 'a'],
  ],
};
const TEXTS: ReadonlySet<string> = new Set(['smiles', 'molblock', 'symbol']);

/**
 * What a row has to have for an instance of the pipeline.
 *
 * @param given by the publisher: which column a field is in
 * @param found in the file; null where each row names its own
 * @throws DomainError INVALID_ARGUMENT for a column of a field that instances do not have
 */
export function instanceFields(
  pipeline: Pipeline,
  given: Readonly<Record<string, string>>,
  found: readonly string[] | null,
  field: readonly string[],
): FieldWish[] {
  const ways = WAYS[pipeline.instance.kind] ?? [Object.keys(given)];
  const fields = new Set(ways.flat());
  for (const name of Object.keys(given))
    if (!fields.has(name))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected columns of the fields ${[...fields].join(', ')}, got one of "${name}".`,
        { field: [...field, 'columns', name] },
      );
  const has = (name: string) => found === null || findColumn(found, given[name] ?? name) !== null;
  const said = ways.find((way) => way.some((name) => Object.hasOwn(given, name)));
  const way = said ?? ways.find((names) => names.every(has)) ?? ways[0] ?? [];
  return way.map((name) => ({ name, as: TEXTS.has(name) ? 'text' : 'any', column: given[name] }));
}
