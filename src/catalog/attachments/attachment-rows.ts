import {
  FieldFault,
  FieldReader,
  isUnreadable,
  openRows,
  type FieldWish,
  type FileDescription,
  type FileRow,
} from '../../datafiles/index.js';
import { rowsAsInstances, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { AttachmentReading, NewAttachment } from './attachment.js';

/** A row of an attachment: what a model is asked, and what is known of the answer. */
export interface AttachedRow {
  readonly line: number;
  readonly instance: unknown;
  /** What was measured: a number where it is one, else a label; null where the attachment has no target. */
  readonly target: number | string | null;
  readonly predicted: number | null;
  /** Numbers of other columns that the options name, by column. */
  readonly others: Readonly<Record<string, number>>;
}

/** What is wrong with one. */
export interface AttachedFault {
  readonly line: number;
  readonly error: string;
}

export interface ReadAttachment {
  /** Where the stored bytes are. */
  readonly path: string;
  readonly attachment: NewAttachment;
  readonly pipeline: Pipeline;
  /** Of the attachment in the input that it came by. */
  readonly field: readonly string[];
  /** Whether a target is a label. */
  readonly labels: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the rows, some at a time, in memory that does not grow with the file.
 *
 * @throws DomainError UNREADABLE_FILE, COLUMN_NOT_FOUND, INVALID_ARGUMENT
 */
export async function* attachedRows(
  read: ReadAttachment,
): AsyncGenerator<readonly (AttachedRow | AttachedFault)[], void, void> {
  const { path, attachment, signal } = read;
  if (attachment.format === null) throw new Error(`A ${attachment.role} attachment has no rows`);
  const name = nameOf(attachment);
  const rows = openRows(path, { format: attachment.format, name, signal });
  const rowOf = rowReader(read, await rows.describe());
  for await (const some of rows.batches()) yield some.map(rowOf);
}

export function isFault(row: AttachedRow | AttachedFault): row is AttachedFault {
  return 'error' in row;
}

function rowReader(
  { attachment, pipeline, field, labels }: ReadAttachment,
  description: FileDescription,
): (row: FileRow) => AttachedRow | AttachedFault {
  const { target, predicted, columns } = attachment;
  const reader = (wishes: readonly FieldWish[], path: string) =>
    at([...field, path], () => new FieldReader(description, wishes, nameOf(attachment)));
  const { instanceOf } = within(field, () =>
    rowsAsInstances(pipeline, description, new Map(Object.entries(columns)), nameOf(attachment)),
  );
  const measured = target !== null && reader([{ name: target, as: labels ? 'text' : 'number' }], 'target');
  const fitted = predicted !== null && reader([{ name: predicted, as: 'number' }], 'predicted');
  const others = reader(
    otherColumns(attachment).map((name) => ({ name, as: 'number' })),
    'options',
  );
  return (given) => {
    if (isUnreadable(given)) return { line: given.line, error: given.error };
    const { line, row } = given;
    try {
      return {
        line,
        instance: 'bare' in given ? given.bare : instanceOf(row),
        target: measured ? finite(measured.read(row)[target], target) : null,
        predicted: fitted ? Number(finite(fitted.read(row)[predicted], predicted)) : null,
        others: others.read(row) as Record<string, number>,
      };
    } catch (error) {
      if (error instanceof FieldFault) return { line, error: error.message };
      throw error;
    }
  };
}

/** Columns that options name beside target and prediction. */
function otherColumns({ options: { difficulty, probabilities } }: AttachmentReading): string[] {
  const spread = typeof difficulty === 'object' && difficulty.column !== undefined ? [difficulty.column] : [];
  return [...spread, ...Object.values(probabilities?.columns ?? {})];
}

function finite(value: unknown, column: string): number | string {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  const got = typeof value === 'number' ? String(value) : typeof value;
  throw new FieldFault(`${JSON.stringify(column)}: expected a value, got ${got}.`);
}

function nameOf({ role }: NewAttachment): string {
  return `The ${role} file`;
}

/** What is wrong is told at `field`, whatever the work itself names. */
function at<T>(field: readonly string[], work: () => T): T {
  return toldAs(() => field, work);
}

/** What the work names lies within `field`. */
function within<T>(field: readonly string[], work: () => T): T {
  return toldAs(({ field: inner = [] }) => [...field, ...inner], work);
}

function toldAs<T>(fieldOf: (error: DomainError) => readonly string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, error.message, { field: fieldOf(error), cause: error });
  }
}
