import type { FileFormat } from './file-format.js';

/** One row of a file, or what is wrong with it. The rows around it are not concerned. */
export type FileRow = ReadRow | UnreadableRow;

export interface ReadRow {
  /** Where it begins, counted from 1; in a Parquet file the number of the row. */
  readonly line: number;
  /** Every column of it by name. */
  readonly row: Readonly<Record<string, unknown>>;
  /** A value that stands there instead of columns: a line of JSON that is no object. */
  readonly bare?: unknown;
}

export interface UnreadableRow {
  readonly line: number;
  /** What was expected there and what came. */
  readonly error: string;
  /** What could be read of it all the same. */
  readonly row?: Readonly<Record<string, unknown>>;
}

export type Decimal = '.' | ',';

/** What a file turned out to be, known before its first row. */
export interface FileDescription {
  readonly format: FileFormat;
  /** Names of its columns in their order; null where each row names its own (JSONL, SDF). */
  readonly columns: readonly string[] | null;
  /** What numbers in a column are written with, for columns that show it; `unclear` where `1,234` could be either. */
  readonly decimals: ReadonlyMap<string, Decimal | 'unclear'>;
  /** For columns that do not. */
  readonly usualDecimal: Decimal;
}

export interface OpenOptions {
  readonly format: FileFormat;
  /** What messages call the file; "the file" when left out. */
  readonly name?: string;
  /** Between the cells of a CSV file; found out when left out. */
  readonly delimiter?: string | undefined;
  /** What the numbers of a table are written with; found out when left out. */
  readonly decimal?: Decimal | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of the bytes that were read, before they are unpacked. */
  readonly onBytes?: (count: number) => void;
  /** Told what was taken to be so: an encoding, a delimiter, decimal commas. */
  readonly onTaken?: (what: string) => void;
}

/** The rows of a file as they come, read once. Memory is bounded by the longest row, or by a Parquet file's row group. */
export interface FileRows extends AsyncIterable<FileRow> {
  /** Reads as far as it takes. @throws DomainError UNREADABLE_FILE */
  describe(): Promise<FileDescription>;
  /** The same rows, some at a time. @throws DomainError UNREADABLE_FILE; the signal's reason */
  batches(): AsyncGenerator<readonly FileRow[], void, void>;
  /** For a file whose rows are not read to their end: iterating closes it otherwise. */
  close(): Promise<void>;
}

/** What each format's reader has to offer. */
export interface OpenedFile {
  readonly description: FileDescription;
  readonly batches: AsyncGenerator<readonly FileRow[], void, void>;
  close(): Promise<void>;
}

export function isUnreadable(row: FileRow): row is UnreadableRow {
  return 'error' in row;
}
