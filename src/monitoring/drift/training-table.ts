import type { VersionRecord } from '../../catalog/index.js';
import { isUnreadable, openRows, readNumber, type FileDescription } from '../../datafiles/index.js';
import { DomainError } from '../../platform/errors.js';
import { describeInstance, instanceForm } from '../../pipelines/index.js';
import { requiredInputs } from '../../tensors/index.js';
import { RowSampler } from '../row-sampler.js';

const FIELD = ['csv'];
const SHOWN = 20;

/** Fields that make an instance together; the first set whose columns are all there is taken. */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  molecule: [['smiles'], ['molblock']],
  nuclide: [
    ['z', 'n'],
    ['symbol', 'a'],
  ],
};
const TEXTS = new Set(['smiles', 'molblock', 'symbol']);
const NUMBERS = new Set(['number', 'integer', 'boolean']);

/** Which column of a table is which field of an instance, or place of a tensor. */
interface Place {
  readonly field: string;
  /** Null: the field is this one value. */
  readonly index: number | null;
  readonly column: string;
  /** Taken as it is written, though it may look like a number. */
  readonly isText?: boolean;
  /** What is left out where the cell is empty. */
  readonly isOptional?: boolean;
}

export interface TrainingTable {
  /** Instances, or objects by input where the version has no pipeline. */
  readonly rows: readonly unknown[];
  /** How many the table has. */
  readonly total: number;
}

/**
 * Reads the rows of a CSV file with a header: of more than `most` a uniform sample, so that order means nothing.
 *
 * @throws DomainError INVALID_ARGUMENT for what is no table, or has not the columns that the version's rows need
 */
export async function readTrainingTable(
  source: AsyncIterable<Uint8Array>,
  version: VersionRecord,
  most: number,
  random: () => number,
): Promise<TrainingTable> {
  const rows: unknown[] = [];
  const sampler = new RowSampler(most, random);
  let total = 0;
  const table = openRows(source, { format: 'CSV', name: 'The table' });
  try {
    const description = await table.describe();
    const places = placesOf(description.columns ?? [], version);
    for await (const read of table) {
      if (isUnreadable(read)) throw invalid(`The table cannot be read in line ${read.line}: ${read.error}`);
      total += 1;
      sampler.offer(1, (_, place) => (rows[place] = rowOf(read.row, places, description)));
    }
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'UNREADABLE_FILE') throw error;
    throw invalid(`Expected a CSV file with a header and rows. ${error.message}`);
  } finally {
    // What could not be opened has nothing to close.
    await table.close().catch(() => undefined);
  }
  if (total === 0) throw invalid('Expected a CSV file with a header and at least one row, got none.');
  return { rows, total };
}

function placesOf(header: readonly string[], version: VersionRecord): readonly Place[] {
  const { pipeline } = version;
  const find = (name: string): string | undefined =>
    header.find((column) => column === name) ??
    header.find((column) => column.toLowerCase() === name.toLowerCase());
  const columns = header.slice(0, SHOWN).map((column) => JSON.stringify(column));
  const has = `got ${columns.join(', ')}${header.length > SHOWN ? ` and ${header.length - SHOWN} more` : ''}`;
  const form = pipeline && instanceForm(pipeline);
  if (pipeline && (form === 'record' || (form === 'molecule' && pipeline.format === 2)))
    return describeInstance(pipeline).fields.flatMap(({ name, optional, kind }): Place[] => {
      const column = find(name);
      if (column !== undefined)
        return [{ field: name, index: null, column, isText: !NUMBERS.has(kind), isOptional: optional }];
      if (optional) return [];
      throw invalid(`Expected a column ${JSON.stringify(name)}, ${has}.`);
    });
  if (form) {
    const ways = WAYS[form];
    if (!ways)
      throw invalid(`A table has no place for ${form}: give the rows of ${version.ref} as instances.`);
    const way = ways
      .map((fields) =>
        fields.flatMap((field): Place[] => {
          const column = find(field);
          return column === undefined ? [] : [{ field, index: null, column }];
        }),
      )
      .find((places, index) => places.length === ways[index]?.length);
    if (!way) {
      const wanted = ways.map((fields) => fields.join(' and ')).join(', or ');
      throw invalid(`Expected the columns ${wanted}, ${has}.`);
    }
    return way;
  }
  return requiredInputs(version.signature).flatMap(({ name }) => {
    const whole = find(name);
    if (whole !== undefined) return [{ field: name, index: null, column: whole }];
    const parts: Place[] = [];
    for (;;) {
      const column = find(`${name}[${parts.length}]`);
      if (column === undefined) break;
      parts.push({ field: name, index: parts.length, column });
    }
    if (parts.length > 0) return parts;
    throw invalid(`Expected a column ${JSON.stringify(name)}, or ${name}[0], ${name}[1] and so on, ${has}.`);
  });
}

function rowOf(
  cells: Readonly<Record<string, unknown>>,
  places: readonly Place[],
  { decimals, usualDecimal }: FileDescription,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { field, index, column, isText = TEXTS.has(field), isOptional = false } of places) {
    const found = cells[column];
    const cell = typeof found === 'string' ? found.trim() : '';
    if (isOptional && cell === '') continue;
    const read = isText || cell === '' ? null : readNumber(cell, decimals.get(column) ?? usualDecimal);
    // What is no number is refused with its row, by what it is taken for.
    const value = read !== null && 'number' in read ? read.number : cell;
    if (index === null) row[field] = value;
    else ((row[field] ??= []) as unknown[])[index] = value;
  }
  return row;
}

function invalid(message: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field: FIELD });
}
