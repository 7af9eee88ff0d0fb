import { wrongUsage } from '../failure.js';
import type { Row } from './row.js';

/** What an instance of a model looks like, as far as a table's columns can make one. */
export interface InstanceForm {
  readonly kind: string;
  /** Fields that make an instance together; the first set whose columns are all there is taken. */
  readonly ways: readonly (readonly string[])[];
  /** Fields that are taken where their columns are there. */
  readonly optional?: readonly string[];
  /** Fields that stay text, whatever is in the cell. */
  readonly texts: ReadonlySet<string>;
}

/** Kinds whose instances have so few fields that other columns cannot be misspelt ones. */
const FORMS: Readonly<Record<string, InstanceForm>> = {
  molecule: {
    kind: 'molecule',
    ways: [['smiles'], ['molblock']],
    texts: new Set(['smiles', 'molblock']),
  },
  nuclide: {
    kind: 'nuclide',
    ways: [
      ['z', 'n'],
      ['symbol', 'a'],
    ],
    texts: new Set(['symbol']),
  },
};

/** The form of an instance that a pipeline declares; null where every column is taken as a field. */
export function instanceForm(pipeline: unknown): InstanceForm | null {
  const { format, instance } = (pipeline ?? {}) as { readonly format?: unknown; readonly instance?: unknown };
  if (typeof instance !== 'object' || instance === null) return null;
  if (format === 2) return recordForm(Object.entries(instance as Readonly<Record<string, DeclaredField>>));
  const { kind } = instance as DeclaredField;
  return Object.hasOwn(FORMS, kind) ? (FORMS[kind] ?? null) : null;
}

interface DeclaredField {
  readonly kind: string;
  readonly missing?: unknown;
}

const NUMBERS: readonly string[] = ['number', 'integer', 'boolean', 'tensor'];

/** Columns by the names of fields; an instance of one molecule or nuclide may be that, too. */
function recordForm(fields: readonly (readonly [string, DeclaredField])[]): InstanceForm {
  const needed = fields.filter(([, { missing }]) => missing === undefined).map(([name]) => name);
  const [only] = fields;
  const own = fields.length === 1 && only ? FORMS[only[1].kind] : undefined;
  const texts = fields.filter(([, { kind }]) => !NUMBERS.includes(kind)).map(([name]) => name);
  return {
    kind: own?.kind ?? 'record',
    ways: [needed, ...(own?.ways ?? [])],
    optional: fields.filter(([name]) => !needed.includes(name)).map(([name]) => name),
    texts: new Set([...texts, ...(own?.texts ?? [])]),
  };
}

/** Which column of a table is which field of an instance. */
export interface ColumnMapping {
  readonly fields: readonly (readonly [field: string, column: number])[];
  readonly texts: ReadonlySet<string>;
  readonly optional: ReadonlySet<string>;
  /** The columns that are no fields, carried to the output. */
  readonly carried: readonly (readonly [name: string, column: number])[];
}

/** `smiles=structure` → ['smiles', 'structure']. @throws Failure USAGE */
export function parseColumns(given: readonly string[], option = '--column'): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const text of given) {
    const [, field, column] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (field === undefined || column === undefined)
      throw wrongUsage(
        `${option}: expected FIELD=COLUMN, such as smiles=structure, got ${JSON.stringify(text)}.`,
      );
    if (columns.has(field.trim()))
      throw wrongUsage(`${option}: expected ${field.trim()} once, got it twice.`);
    columns.set(field.trim(), column.trim());
  }
  return columns;
}

/** @throws Failure USAGE when the header does not have what an instance needs, saying what it has */
export function mapColumns(
  header: readonly string[],
  form: InstanceForm | null,
  given: ReadonlyMap<string, string>,
  name: string,
): ColumnMapping {
  const has = `${name} has the columns ${header.map((column) => JSON.stringify(column)).join(', ')}`;
  const known = form && [...new Set([...form.ways.flat(), ...(form.optional ?? [])])];
  for (const field of given.keys())
    if (known !== null && !known.includes(field))
      throw wrongUsage(
        `--column: a ${form?.kind ?? ''} has the fields ${known.join(', ')}, got ${JSON.stringify(field)}.`,
      );
  const columnOf = (field: string): number | undefined => {
    const wanted = given.get(field);
    const found = find(header, wanted ?? field, has);
    if (wanted !== undefined && found === undefined)
      throw wrongUsage(`--column: there is no column ${JSON.stringify(wanted)}: ${has}.`);
    return found;
  };
  const fields = fieldsOf(header, form, given, columnOf);
  if (fields === undefined) {
    const ways = form?.ways.map((way) => way.join(' and ')).join(', or ') ?? '';
    throw wrongUsage(
      `${has}: expected ${ways}. Say which is which with --column ${form?.ways[0]?.[0] ?? 'field'}=COLUMN; a list without a header is read with --format smi or text.`,
    );
  }
  const taken = new Set(fields.map(([, column]) => column));
  return {
    fields,
    texts: form?.texts ?? new Set(),
    optional: new Set(form?.optional ?? []),
    carried: header.flatMap((column, index) => (taken.has(index) ? [] : [[column, index] as const])),
  };
}

function fieldsOf(
  header: readonly string[],
  form: InstanceForm | null,
  given: ReadonlyMap<string, string>,
  columnOf: (field: string) => number | undefined,
): readonly (readonly [string, number])[] | undefined {
  if (form === null) {
    if (given.size === 0) return header.map((column, index) => [column, index]);
    return [...given.keys()].map((field) => [field, columnOf(field) ?? 0]);
  }
  // A way the caller names a field of comes before the others.
  const ways = [...form.ways].sort((a, b) => named(b, given) - named(a, given));
  for (const way of ways) {
    const columns = way.map((field) => [field, columnOf(field)] as const);
    if (columns.every(isFound))
      return [
        ...columns,
        ...(form.optional ?? []).map((field) => [field, columnOf(field)] as const).filter(isFound),
      ];
  }
  return undefined;
}

function isFound(pair: readonly [string, number | undefined]): pair is readonly [string, number] {
  return pair[1] !== undefined;
}

function named(way: readonly string[], given: ReadonlyMap<string, string>): number {
  return way.filter((field) => given.has(field)).length;
}

/** By its name as it is written, else without regard to case. */
function find(header: readonly string[], wanted: string, has: string): number | undefined {
  const exact = header.flatMap((column, index) => (column === wanted ? [index] : []));
  const loose = header.flatMap((column, index) =>
    column.toLowerCase() === wanted.toLowerCase() ? [index] : [],
  );
  const [first, second] = exact.length > 0 ? exact : loose;
  if (second !== undefined)
    throw wrongUsage(`${has}: two of them could be ${JSON.stringify(wanted)}. Rename one.`);
  return first;
}

/** One row of a table as an instance and what is carried beside it. */
export function mapCells(
  cells: readonly string[],
  { fields, texts, optional, carried }: ColumnMapping,
): Pick<Row, 'instance' | 'columns'> {
  const instance = fields.flatMap(([field, column]) => {
    const cell = cells[column] ?? '';
    // An empty cell of a field that may be left out leaves it out.
    if (texts.has(field) && !(cell === '' && optional.has(field))) return [[field, cell] as const];
    return cell === '' ? [] : [[field, cellValue(cell)] as const];
  });
  return {
    instance: Object.fromEntries(instance),
    columns: Object.fromEntries(carried.map(([name, column]) => [name, cells[column] ?? ''])),
  };
}

/** 007 is a name; -0.5e3 is a number; digits that no number could keep stay as they are; a list is one. */
function cellValue(cell: string): unknown {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell)) {
    const value = Number(cell);
    const isExact = /[.eE]/.test(cell) ? Number.isFinite(value) : Number.isSafeInteger(value);
    return isExact ? value : cell;
  }
  if (!/^[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
