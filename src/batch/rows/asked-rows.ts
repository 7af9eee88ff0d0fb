import {
  FieldFault,
  isUnreadable,
  openRows,
  type FileDescription,
  type FileFormat,
  type FileRow,
} from '../../datafiles/index.js';
import { rowsAsInstances, type Pipeline, type RowsAsInstances } from '../../pipelines/index.js';

/** A row of the file, and what is to be asked about it. */
export interface AskedRow {
  readonly line: number;
  /** All columns of it, as far as it could be read. */
  readonly row: Readonly<Record<string, unknown>>;
  /** What stands there instead of columns. */
  readonly bare?: unknown;
  readonly instance: unknown;
  /** Why there is no instance; null when there is one. */
  readonly fault: string | null;
}

export interface AskedFile {
  readonly description: FileDescription;
  /** Columns that instances are made of. */
  readonly fields: ReadonlySet<string>;
  rows(): AsyncGenerator<readonly AskedRow[], void, void>;
  /** For a file whose rows are not read. */
  close(): Promise<void>;
}

export interface FileQuestion {
  readonly path: string;
  readonly format: FileFormat;
  /** Field to column. */
  readonly columns: ReadonlyMap<string, string>;
  readonly pipeline: Pipeline;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (count: number) => void;
  readonly onTaken?: (what: string) => void;
}

/** The rows of a file as instances of a pipeline. @throws DomainError UNREADABLE_FILE, COLUMN_NOT_FOUND, INVALID_ARGUMENT */
export async function openAsked({ path, pipeline, columns, ...options }: FileQuestion): Promise<AskedFile> {
  const file = openRows(path, options);
  const description = await file.describe();
  let form: RowsAsInstances;
  try {
    form = rowsAsInstances(pipeline, description, columns, 'The file');
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    description,
    fields: form.columns,
    close: () => file.close(),
    async *rows() {
      for await (const some of file.batches())
        yield some.map((row) => asked(row, form.instanceOf, columns.size > 0));
    },
  };
}

function asked(row: FileRow, instanceOf: RowsAsInstances['instanceOf'], isMapped: boolean): AskedRow {
  const { line } = row;
  if (isUnreadable(row)) return { line, row: row.row ?? {}, instance: null, fault: row.error };
  if (row.bare !== undefined)
    return { line, row: {}, bare: row.bare, instance: row.bare, fault: isMapped ? NO_COLUMNS : null };
  try {
    return { line, row: row.row, instance: instanceOf(row.row), fault: null };
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    return { line, row: row.row, instance: null, fault: error.message };
  }
}

const NO_COLUMNS = 'The line is no JSON object: expected one with the columns that were named.';
