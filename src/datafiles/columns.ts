import { DomainError } from '../platform/errors.js';
import { similarNames } from '../platform/similar-names.js';
import { readNumber } from './tables/numbers.js';
import type { Decimal, FileDescription } from './rows.js';

export interface FieldWish {
  readonly name: string;
  /**
   * What its cells are read as: `text` as they stand, `number`, `quantity` (a number, or text with a unit), `boolean`, or `any`: a number where the text is one exactly, a list
   * or object where it is JSON, else text.
   */
  readonly as: 'number' | 'quantity' | 'boolean' | 'text' | 'any';
  /** The column it is read from; one of its own name when left out. */
  readonly column?: string | undefined;
  /** Left out of rows where there is no such column, or nothing in its cell. */
  readonly optional?: boolean;
}

/** Thrown for one row: which field cannot be read, and why. */
export class FieldFault extends Error {}

/** Reads fields of their own names and kinds from the columns of a file. */
export class FieldReader {
  private readonly places: readonly (readonly [wish: FieldWish, column: string | null])[];
  /** By a row's own names, where each row has its own; the last shape of rows is likely to come again. */
  private known: { readonly names: string; readonly columns: readonly (string | null)[] } | null = null;

  /** @throws DomainError COLUMN_NOT_FOUND for a file whose header has no such column, naming those it has */
  constructor(
    private readonly description: FileDescription,
    wishes: readonly FieldWish[],
    private readonly fileName = 'The file',
  ) {
    const { columns } = description;
    this.places = wishes.map((wish) => {
      const wanted = wish.column ?? wish.name;
      const column = columns === null ? null : findColumn(columns, wanted, fileName);
      if (columns !== null && column === null && !(wish.optional === true && wish.column === undefined))
        throw columnNotFound(wish, columns, fileName);
      return [wish, column];
    });
  }

  /** Columns that fields are read from; empty where each row has its own. */
  get columns(): ReadonlySet<string> {
    return new Set(this.places.flatMap(([, column]) => column ?? []));
  }

  /** @throws FieldFault when a field of this row is missing or none of its kind */
  read(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const columns = this.description.columns === null ? this.columnsOf(row) : null;
    const fields: Record<string, unknown> = {};
    for (let place = 0; place < this.places.length; place++) {
      const [wish, fixed] = this.places[place] ?? [];
      if (wish === undefined) continue;
      const column = columns === null ? (fixed ?? null) : (columns[place] ?? null);
      const cell = column === null ? undefined : row[column];
      if (
        cell === undefined ||
        cell === null ||
        (cell === '' && (wish.as !== 'text' || wish.optional === true))
      ) {
        if (wish.optional === true) continue;
        throw new FieldFault(this.missing(wish, column, row));
      }
      fields[wish.name] = this.valueOf(cell, wish, column ?? '');
    }
    return fields;
  }

  private missing(wish: FieldWish, column: string | null, row: Readonly<Record<string, unknown>>): string {
    const wanted = JSON.stringify(wish.column ?? wish.name);
    if (column !== null) return `The column ${wanted} is empty: expected ${expected(wish.as)}.`;
    return `There is no ${wanted} here: it has ${listed(Object.keys(row))}.`;
  }

  private valueOf(cell: unknown, { as, name }: FieldWish, column: string): unknown {
    if (typeof cell !== 'string') {
      if (as === 'text') return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : cell;
      if (as === 'number' && typeof cell !== 'number')
        throw new FieldFault(
          `${JSON.stringify(name)}: expected a number, got ${JSON.stringify(cell).slice(0, 60)}.`,
        );
      return cell;
    }
    if (as === 'text') return cell;
    if (as === 'boolean') return booleanOf(cell, name);
    const decimal = this.description.decimals.get(column) ?? this.description.usualDecimal;
    if (as === 'number') {
      return numberOf(cell, decimal, name);
    }
    if (as === 'quantity') return quantityOf(cell, decimal, name);
    return anyValue(cell, decimal);
  }

  private columnsOf(row: Readonly<Record<string, unknown>>): readonly (string | null)[] {
    const own = Object.keys(row);
    const names = own.join('\n');
    if (this.known?.names === names) return this.known.columns;
    const columns = this.places.map(([wish]) => findColumn(own, wish.column ?? wish.name, this.fileName));
    this.known = { names, columns };
    return columns;
  }
}

/** By its name as it is written, else without regard to case. @throws DomainError COLUMN_NOT_FOUND when two could be meant */
export function findColumn(columns: readonly string[], wanted: string, fileName = 'The file'): string | null {
  if (columns.includes(wanted)) return wanted;
  const [first, second] = columns.filter((column) => column.toLowerCase() === wanted.toLowerCase());
  if (first !== undefined && second !== undefined)
    throw new DomainError(
      'COLUMN_NOT_FOUND',
      `${fileName} has the columns ${listed(columns)}: two of them could be ${JSON.stringify(wanted)}. Say which with columns, or rename one.`,
      { field: ['columns'] },
    );
  return first ?? null;
}

function columnNotFound(
  { name, column }: FieldWish,
  columns: readonly string[],
  fileName: string,
): DomainError {
  const wanted = column ?? name;
  const [nearest] = similarNames(wanted, columns, 1);
  const meant = nearest === undefined ? '' : ` Did you mean ${JSON.stringify(nearest)}?`;
  const say = column === undefined ? ` Say by columns which column is ${JSON.stringify(name)}.` : '';
  return new DomainError(
    'COLUMN_NOT_FOUND',
    `${fileName} has no column ${JSON.stringify(wanted)}: it has ${listed(columns)}.${meant}${say}`,
    { field: ['columns'] },
  );
}

const MAX_LISTED = 30;

function listed(columns: readonly string[]): string {
  if (columns.length === 0) return 'none';
  const some = columns.slice(0, MAX_LISTED).map((column) => JSON.stringify(column.slice(0, 80)));
  const more = columns.length - some.length;
  return `${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function expected(as: FieldWish['as']): string {
  return as === 'any' ? 'a value' : as === 'text' ? 'text' : `a ${as}`;
}

function booleanOf(cell: string, name: string): boolean {
  const text = cell.toLowerCase();
  if (['true', 'yes', '1', 't', 'y'].includes(text)) return true;
  if (['false', 'no', '0', 'f', 'n'].includes(text)) return false;
  throw new FieldFault(
    `${JSON.stringify(name)}: expected true or false, got ${JSON.stringify(cell.slice(0, 40))}.`,
  );
}

function numberOf(cell: string, decimal: Decimal | 'unclear', name: string): number {
  const read = readNumber(cell, decimal);
  if ('fault' in read) throw new FieldFault(`${JSON.stringify(name)}: ${read.fault}`);
  return read.number;
}

/** What has a letter in it has a unit, which is for others to read. */
function quantityOf(cell: string, decimal: Decimal | 'unclear', name: string): unknown {
  const isNumber = !/[a-z\u0080-\uffff{[%]/i.test(cell.replace(/(?<=\d)e(?=[-+\d])/i, ''));
  return isNumber ? numberOf(cell, decimal, name) : anyValue(cell, decimal);
}

/** 007 is a name; -0.5e3 is a number; digits that no number could keep stay as they are; a list is one. */
function anyValue(cell: string, decimal: Decimal | 'unclear'): unknown {
  if (/^-?(?:0|[1-9]\d*)(?:[.,]\d+)?(?:[eE][+-]?\d+)?$/.test(cell)) {
    const read = readNumber(cell, decimal);
    if (!('number' in read)) return cell;
    return /[.,eE]/.test(cell) || Number.isSafeInteger(read.number) ? read.number : cell;
  }
  if (!/^[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
