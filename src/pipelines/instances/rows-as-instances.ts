import { FieldReader, MOLBLOCK, type FieldWish, type FileDescription } from '../../datafiles/index.js';
import { DomainError } from '../../platform/errors.js';
import { describeInstance } from '../describe/describe-instance.js';
import { instanceForm } from '../describe/instance-form.js';
import type { FieldDescription, FieldKind } from '../language/index.js';
import type { Pipeline } from '../pipeline.js';
import { elementNames, gathered, spreadVectors } from './vector-columns.js';

/** Fields that make an instance together, and what is made of them. */
interface Way {
  readonly wishes: readonly FieldWish[];
  /** By default the fields themselves. */
  readonly instance?: (fields: Record<string, unknown>) => unknown;
}

/** How rows of one file become instances. */
export interface RowsAsInstances {
  /** @throws FieldFault for a row that has none */
  readonly instanceOf: (row: Readonly<Record<string, unknown>>) => unknown;
  /** Columns that instances are made of; empty where each row names its own. */
  readonly columns: ReadonlySet<string>;
}

const NUCLIDE: readonly Way[] = [
  { wishes: [wish('z', 'any'), wish('n', 'any')] },
  { wishes: [wish('symbol', 'text'), wish('a', 'any')] },
];

/**
 * How rows of a file become instances of a pipeline. Of several ways the first whose columns are there is taken; one that names
 * a column comes before the others.
 *
 * @param columns field to column, for those that have other names in the file
 * @throws DomainError COLUMN_NOT_FOUND, INVALID_ARGUMENT for a field that an instance does not have
 */
export function rowsAsInstances(
  pipeline: Pipeline,
  description: FileDescription,
  columns: ReadonlyMap<string, string>,
  fileName: string,
): RowsAsInstances {
  const described = instanceForm(pipeline) === 'nuclide' ? [] : describeInstance(pipeline).fields;
  const elements = new Set(described.flatMap(elementNames));
  const ways = waysOf(pipeline).map((way) => withSpread(way, described, description, columns));
  const known = [...new Set(waysOf(pipeline).flatMap(({ wishes }) => wishes.map(({ name }) => name)))];
  for (const field of columns.keys())
    if (!known.includes(field) && !elements.has(field))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `columns: an instance of this version has the fields ${known.join(', ')}, got one of ${JSON.stringify(field)}.`,
        { field: ['columns', field] },
      );
  const named = (way: Way) => way.wishes.filter(({ name }) => columns.has(name)).length;
  const [first, ...others] = ways
    .toSorted((one, other) => named(other) - named(one))
    .map((way) => ({
      ...way,
      wishes: way.wishes.map((each) => ({ ...each, column: columns.get(each.name) })),
    }));
  if (first === undefined) throw new Error('A pipeline without a way to make an instance');
  if (description.columns === null)
    return { instanceOf: byItsOwnColumns([first, ...others], description), columns: new Set() };
  const way = [first, ...others].find((each) => fits(each, description, fileName)) ?? first;
  const reader = new FieldReader(description, way.wishes, fileName);
  return { instanceOf: (row) => made(way, reader.read(row)), columns: reader.columns };
}

/** Reads vectors from the columns of their elements, where the file has these. */
function withSpread(
  way: Way,
  fields: readonly FieldDescription[],
  description: FileDescription,
  columns: ReadonlyMap<string, string>,
): Way {
  const vectors = spreadVectors(fields, description, columns);
  if (vectors.length === 0) return way;
  const spread = new Map(vectors.map(({ name, elements }) => [name, elements]));
  return {
    wishes: way.wishes.flatMap((each) => spread.get(each.name) ?? [each]),
    instance: (row) => {
      const fields = gathered(row, vectors);
      return way.instance?.(fields) ?? fields;
    },
  };
}

function waysOf(pipeline: Pipeline): readonly Way[] {
  if (instanceForm(pipeline) === 'nuclide') return NUCLIDE;
  const { fields } = describeInstance(pipeline);
  const own: Way = { wishes: fields.map(wishOf) };
  const molecules = fields.filter(({ kind }) => kind === 'molecule');
  const [molecule] = molecules;
  if (molecule === undefined || molecules.length > 1) return [own];
  // The only molecule may be a MOL file as well, of an SDF for one.
  const { name } = molecule;
  const others = fields.filter((field) => field !== molecule).map(wishOf);
  const drawn: Way = {
    wishes: [wish(MOLBLOCK, 'text'), ...others],
    instance: ({ [MOLBLOCK]: molblock, ...rest }) =>
      fields.length === 1 ? { molblock } : { ...rest, [name]: { molblock } },
  };
  return [own, drawn];
}

function wishOf({ name, kind, shape, optional }: FieldDescription): FieldWish {
  return { name, as: shape.length > 0 ? 'any' : (READ_AS[kind] ?? 'any'), optional };
}

const READ_AS: Partial<Record<FieldKind, FieldWish['as']>> = {
  number: 'quantity',
  integer: 'quantity',
  boolean: 'boolean',
  text: 'text',
  category: 'text',
  date: 'text',
  molecule: 'text',
  composition: 'text',
  element: 'any',
};

/** Each row has the columns of some way; one that has none is what the pipeline judges as it stands. */
function byItsOwnColumns(ways: readonly Way[], description: FileDescription): RowsAsInstances['instanceOf'] {
  const readers = ways.map((way) => ({
    way,
    needed: way.wishes
      .filter(({ optional }) => optional !== true)
      .map(({ name, column }) => (column ?? name).toLowerCase()),
    isNamed: way.wishes.some(({ column }) => column !== undefined),
    reader: new FieldReader(description, way.wishes),
  }));
  return (row) => {
    const own = new Set(Object.keys(row).map((name) => name.toLowerCase()));
    const fitting = readers.find(({ needed, isNamed }) => isNamed || needed.every((name) => own.has(name)));
    return fitting === undefined ? row : made(fitting.way, fitting.reader.read(row));
  };
}

function made({ instance }: Way, fields: Record<string, unknown>): unknown {
  return instance === undefined ? fields : instance(fields);
}

function fits({ wishes }: Way, description: FileDescription, fileName: string): boolean {
  try {
    return new FieldReader(description, wishes, fileName).columns.size > 0;
  } catch {
    return false;
  }
}

function wish(name: string, as: FieldWish['as']): FieldWish {
  return { name, as };
}
