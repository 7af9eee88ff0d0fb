import { Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import type { VersionRecord } from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import { describeInstance, instanceForm } from '../../pipelines/index.js';
import { requiredInputs } from '../../tensors/index.js';
import { RowSampler } from '../row-sampler.js';

const FIELD = ['csv'];
const SHOWN = 20;
/** Of one line: a MOL file has its place in a cell. */
const MAX_RECORD_BYTES = 1_024 * 1_024;

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
  readonly column: number;
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
  const parser = parse({ skip_empty_lines: true, trim: true, bom: true, max_record_size: MAX_RECORD_BYTES });
  const rows: unknown[] = [];
  const sampler = new RowSampler(most, random);
  let places: readonly Place[] | undefined;
  let total = 0;
  try {
    for await (const cells of Readable.from(source).compose(parser) as AsyncIterable<readonly string[]>) {
      if (places === undefined) {
        places = placesOf(cells, version);
        continue;
      }
      const at = places;
      total += 1;
      sampler.offer(1, (_, place) => (rows[place] = rowOf(cells, at)));
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    throw invalid(`Expected a CSV file with a header, got one that ends with: ${error.message}`);
  }
  if (total === 0) throw invalid('Expected a CSV file with a header and at least one row, got none.');
  return { rows, total };
}

function placesOf(header: readonly string[], version: VersionRecord): readonly Place[] {
  const { pipeline } = version;
  const find = (name: string): number => {
    const exact = header.indexOf(name);
    return exact >= 0 ? exact : header.findIndex((column) => column.toLowerCase() === name.toLowerCase());
  };
  const columns = header.slice(0, SHOWN).map((column) => JSON.stringify(column));
  const has = `got ${columns.join(', ')}${header.length > SHOWN ? ` and ${header.length - SHOWN} more` : ''}`;
  const form = pipeline && instanceForm(pipeline);
  if (pipeline && (form === 'record' || (form === 'molecule' && pipeline.format === 2)))
    return describeInstance(pipeline).fields.flatMap(({ name, optional, kind }): Place[] => {
      if (find(name) >= 0)
        return [
          { field: name, index: null, column: find(name), isText: !NUMBERS.has(kind), isOptional: optional },
        ];
      if (optional) return [];
      throw invalid(`Expected a column ${JSON.stringify(name)}, ${has}.`);
    });
  if (form) {
    const ways = WAYS[form];
    if (!ways)
      throw invalid(`A table has no place for ${form}: give the rows of ${version.ref} as instances.`);
    const way = ways.find((fields) => fields.every((field) => find(field) >= 0));
    if (!way) {
      const wanted = ways.map((fields) => fields.join(' and ')).join(', or ');
      throw invalid(`Expected the columns ${wanted}, ${has}.`);
    }
    return way.map((field) => ({ field, index: null, column: find(field) }));
  }
  return requiredInputs(version.signature).flatMap(({ name }) => {
    const whole = find(name);
    if (whole >= 0) return [{ field: name, index: null, column: whole }];
    const parts: Place[] = [];
    for (let index = 0; find(`${name}[${index}]`) >= 0; index += 1)
      parts.push({ field: name, index, column: find(`${name}[${index}]`) });
    if (parts.length > 0) return parts;
    throw invalid(`Expected a column ${JSON.stringify(name)}, or ${name}[0], ${name}[1] and so on, ${has}.`);
  });
}

function rowOf(cells: readonly string[], places: readonly Place[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { field, index, column, isText = TEXTS.has(field), isOptional = false } of places) {
    const cell = cells[column] ?? '';
    if (isOptional && cell === '') continue;
    const value = cellValue(cell, isText);
    if (index === null) row[field] = value;
    else ((row[field] ??= []) as unknown[])[index] = value;
  }
  return row;
}

function cellValue(cell: string, isText: boolean): unknown {
  const value = Number(cell);
  return isText || cell === '' || Number.isNaN(value) ? cell : value;
}

function isCsvError(error: unknown): error is CsvError {
  return (
    error instanceof Error &&
    (error as { readonly code?: unknown }).code?.toString().startsWith('CSV_') === true
  );
}

function invalid(message: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field: FIELD });
}
