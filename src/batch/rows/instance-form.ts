import { MOLBLOCK, type FieldWish, type FileDescription } from '../../datafiles/index.js';
import { FieldReader } from '../../datafiles/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';

/** Which of a file's columns make an instance, in ways of which the first that is there is taken. */
type Way = readonly FieldWish[];

const MOLECULE: readonly Way[] = [[{ name: 'smiles', as: 'text' }], [{ name: MOLBLOCK, as: 'text' }]];
const NUCLIDE: readonly Way[] = [
  [
    { name: 'z', as: 'any' },
    { name: 'n', as: 'any' },
  ],
  [
    { name: 'symbol', as: 'text' },
    { name: 'a', as: 'any' },
  ],
];

/** Makes an instance of a row. @throws FieldFault */
export type InstanceOf = (row: Readonly<Record<string, unknown>>) => unknown;

/**
 * How rows of a file become instances of a pipeline.
 *
 * @param columns field to column, for those that have other names in the file
 * @throws DomainError COLUMN_NOT_FOUND, INVALID_ARGUMENT for a field that an instance does not have
 */
export function instanceForm(
  pipeline: Pipeline,
  description: FileDescription,
  columns: ReadonlyMap<string, string>,
  fileName: string,
): { readonly instanceOf: InstanceOf; readonly columns: ReadonlySet<string> } {
  const ways = waysOf(pipeline);
  if (ways === null) return anyForm(description, columns, fileName);
  const known = [...new Set(ways.flat().map(({ name }) => name))];
  for (const field of columns.keys())
    if (!known.includes(field))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `columns: an instance of this version has the fields ${known.join(', ')}, got ${JSON.stringify(field)}.`,
        { field: ['columns'] },
      );
  const [first, ...others] = [...ways]
    .sort((a, b) => named(b, columns) - named(a, columns))
    .map((way) => way.map((wish) => ({ ...wish, column: columns.get(wish.name) })));
  if (first === undefined) throw new Error('A pipeline without a way to make an instance');
  if (description.columns === null)
    return { instanceOf: byItsOwnColumns([first, ...others], description), columns: new Set() };
  const way = [first, ...others].find((each) => fits(each, description, fileName)) ?? first;
  const reader = new FieldReader(description, way, fileName);
  return { instanceOf: (row) => reader.read(row), columns: reader.columns };
}

function waysOf({ instance }: Pipeline): readonly Way[] | null {
  switch (instance.kind) {
    case 'molecule':
      return MOLECULE;
    case 'nuclide':
      return NUCLIDE;
    default:
      return null;
  }
}

/** Every column is a field, or those that are named. */
function anyForm(
  description: FileDescription,
  columns: ReadonlyMap<string, string>,
  fileName: string,
): { readonly instanceOf: InstanceOf; readonly columns: ReadonlySet<string> } {
  if (columns.size === 0 && description.columns === null)
    return { instanceOf: (row) => row, columns: new Set() };
  const wishes: readonly FieldWish[] =
    columns.size === 0
      ? (description.columns ?? []).map((name) => ({ name, as: 'any', optional: true }))
      : [...columns].map(([name, column]) => ({ name, column, as: 'any', optional: true }));
  const reader = new FieldReader(description, wishes, fileName);
  return { instanceOf: (row) => reader.read(row), columns: reader.columns };
}

/** Each row has the columns of some way; one that has none is what the pipeline judges as it stands. */
function byItsOwnColumns(ways: readonly Way[], description: FileDescription): InstanceOf {
  const readers = ways.map((way) => ({
    names: way.map(({ name, column }) => (column ?? name).toLowerCase()),
    reader: new FieldReader(description, way),
    isNamed: way.some(({ column }) => column !== undefined),
  }));
  return (row) => {
    const own = new Set(Object.keys(row).map((name) => name.toLowerCase()));
    const fitting = readers.find(({ names, isNamed }) => isNamed || names.every((name) => own.has(name)));
    return fitting === undefined ? row : fitting.reader.read(row);
  };
}

function named(way: Way, columns: ReadonlyMap<string, string>): number {
  return way.filter(({ name }) => columns.has(name)).length;
}

function fits(way: Way, description: FileDescription, fileName: string): boolean {
  try {
    return new FieldReader(description, way, fileName).columns.size > 0;
  } catch {
    return false;
  }
}
