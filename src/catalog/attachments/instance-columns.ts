import { findColumn, type FieldWish } from '../../datafiles/index.js';
import { describeInstance, instanceForm, type FieldKind, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';

/** The ways of naming a lone thing, by the fields that each takes; the first that a file has columns for counts. */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  molecule: [['smiles'], ['molblock']],
  nuclide: [
    ['z', 'n'],
    ['symbol', 'a'],
  ],
};
const TEXTS: ReadonlySet<string> = new Set(['smiles', 'molblock', 'symbol']);

/** Kinds whose cells stay as they stand, whatever is in them. */
const TEXT_KINDS: ReadonlySet<FieldKind> = new Set([
  'text',
  'category',
  'date',
  'molecule',
  'element',
  'composition',
  'structure',
  'image',
]);

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
  const ways = waysOf(pipeline);
  const fields = new Set(ways.flat().map(({ name }) => name));
  for (const name of Object.keys(given))
    if (!fields.has(name))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected columns of the fields ${[...fields].join(', ')}, got one of "${name}".`,
        { field: [...field, 'columns', name] },
      );
  const has = ({ name, optional }: FieldWish) =>
    found === null || optional === true || findColumn(found, given[name] ?? name) !== null;
  const said = ways.find((way) => way.some(({ name }) => Object.hasOwn(given, name)));
  const way = said ?? ways.find((wishes) => wishes.every(has)) ?? ways[0] ?? [];
  return way.map((wish) => ({ ...wish, column: given[wish.name] }));
}

function waysOf(pipeline: Pipeline): readonly (readonly FieldWish[])[] {
  const { fields, bare } = describeInstance(pipeline);
  const lone = WAYS[instanceForm(pipeline)];
  // A lone molecule may have a name of its own in a pipeline of format 2.
  if (lone !== undefined && (bare === undefined || bare === 'smiles'))
    return lone.map((way) => way.map((name) => ({ name, as: TEXTS.has(name) ? 'text' : 'any' })));
  return [
    fields.map(({ name, kind, optional }): FieldWish => ({
      name,
      as: TEXT_KINDS.has(kind) ? 'text' : 'any',
      optional,
    })),
  ];
}
