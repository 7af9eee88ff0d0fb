import type { ArtifactStore } from '../../artifacts/index.js';
import type { InstanceReader, Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { AttachmentRecord, NewAttachment } from './attachment.js';
import type { AttachmentRole } from './attachment-role.js';
import { attachedRows, isFault, type AttachedRow } from './attachment-rows.js';
import { checkMeaning, isOfLabels } from './attachment-meaning.js';

/** Bytes of one file. */
const MAX_BYTES = 1_024 ** 3;
const MAX_BYTES_OF: Readonly<Partial<Record<AttachmentRole, number>>> = {
  TOKENIZER: 64 * 1_024 ** 2,
  // A model: as large as the store takes it.
  SOURCE: Infinity,
};
export const MAX_ATTACHED_ROWS = 1_000_000;
/** So many instances are read as `predict` would; what a row's cells are is looked at in all of them. */
const MAX_READ = 10_000;
const AT_ONCE = 500;
const SHOWN = 5;
/** Kept to find those that come first: cells are looked at before instances are read. */
const MAX_FAULTS = 1_000;

/**
 * The fewest that say anything. Of calibration data the default level of 0.9 takes nine for a finite interval; a few rows
 * have no neighbours to speak of.
 */
const FEWEST: Readonly<Partial<Record<AttachmentRole, number>>> = {
  TRAINING: 10,
  CALIBRATION: 9,
  REFERENCE: 10,
  BACKGROUND: 1,
};

export interface AttachmentCheck {
  readonly attachments: readonly NewAttachment[];
  /** By which the version predicts: its own, or the one its signature makes. */
  readonly pipeline: Pipeline;
  readonly reader: InstanceReader;
  /** Where the bytes of a digest are, checked against it. */
  readonly fileOf: (digest: string) => Promise<{ readonly path: string; readonly size: number }>;
  readonly signal?: AbortSignal | undefined;
}

/** Where stored artifacts are, as `AttachmentCheck` asks. */
export function storedFiles(artifacts: ArtifactStore, signal?: AbortSignal): AttachmentCheck['fileOf'] {
  return async (digest) => {
    const { size } = await artifacts.stat(digest);
    return { path: await artifacts.verified(digest, signal), size };
  };
}

/**
 * Judges attached files by what is in them: that every row can be read, with what it is to say.
 *
 * @throws DomainError INVALID_ARGUMENT, INVALID_ATTACHMENT, COLUMN_NOT_FOUND, UNREADABLE_FILE, ARTIFACT_NOT_FOUND,
 * ARTIFACT_CORRUPT, each with the path of the attachment
 */
export async function checkAttachments(check: AttachmentCheck): Promise<AttachmentRecord[]> {
  const records: AttachmentRecord[] = [];
  // One file in two roles has one set of instances, and molecules take their time.
  const readBefore = new Set<string>();
  for (const [index, attachment] of check.attachments.entries()) {
    const field = ['attachments', String(index)];
    const { digest, format, columns } = attachment;
    const instances = JSON.stringify([digest, format, columns]);
    try {
      const most = readBefore.has(instances) ? 0 : MAX_READ;
      records.push(await checkAttachment(check, attachment, field, most));
      readBefore.add(instances);
    } catch (error) {
      if (!(error instanceof DomainError) || error.field?.[0] === 'attachments') throw error;
      throw new DomainError(error.code, error.message, { field: [...field, 'digest'], cause: error });
    }
  }
  return records;
}

async function checkAttachment(
  check: AttachmentCheck,
  attachment: NewAttachment,
  field: readonly string[],
  mostRead: number,
): Promise<AttachmentRecord> {
  const { role, digest } = attachment;
  const { path, size } = await check.fileOf(digest);
  const most = MAX_BYTES_OF[role] ?? MAX_BYTES;
  if (size > most)
    throw refused(`Expected a ${role} file of at most ${most} bytes, got ${size}.`, [...field, 'digest']);
  if (attachment.format === null) return { ...attachment, size, rows: null };
  const { pipeline } = check;
  checkMeaning(attachment, pipeline, field);
  const rows = await checkRows(check, { attachment, pipeline, path, field, mostRead });
  const fewest = FEWEST[role] ?? 1;
  if (rows < fewest)
    throw refused(`Expected at least ${fewest} rows of ${role} data, got ${rows}.`, [...field, 'digest']);
  return { ...attachment, size, rows };
}

async function checkRows(
  { reader, signal }: AttachmentCheck,
  file: {
    readonly attachment: NewAttachment;
    readonly pipeline: Pipeline;
    readonly path: string;
    readonly field: readonly string[];
    /** How many instances are read as `predict` would. */
    readonly mostRead: number;
  },
): Promise<number> {
  const { pipeline, attachment, field, mostRead } = file;
  const faults: { readonly line: number; readonly error: string }[] = [];
  let faulty = 0;
  let count = 0;
  let read = 0;
  let waiting: AttachedRow[] = [];
  const fault = (line: number, error: string) => {
    faulty += 1;
    if (faults.length < MAX_FAULTS) faults.push({ line, error });
  };
  const readWaiting = async () => {
    const some = waiting;
    waiting = [];
    const { errors } = await reader.prepare(
      pipeline,
      some.map(({ instance }) => instance),
      { signal, endsAt: Infinity },
    );
    for (const [place, { message }] of errors) fault(some[place]?.line ?? 0, message);
  };
  for await (const rows of attachedRows({ ...file, labels: isOfLabels(attachment, pipeline), signal })) {
    signal?.throwIfAborted();
    for (const row of rows) {
      count += 1;
      if (isFault(row)) fault(row.line, row.error);
      else if (read < mostRead) {
        read += 1;
        waiting.push(row);
      }
      if (waiting.length === AT_ONCE) await readWaiting();
    }
    if (count > MAX_ATTACHED_ROWS)
      throw refused(`Expected at most ${MAX_ATTACHED_ROWS} rows, got more: attach a sample of them.`, [
        ...field,
        'digest',
      ]);
  }
  if (waiting.length > 0) await readWaiting();
  if (faulty > 0) {
    const first = faults.toSorted((one, other) => one.line - other.line).slice(0, SHOWN);
    const told = first.map(({ line, error }) => `line ${line}: ${error.replace(/\.$/, '')}`).join('; ');
    throw refused(
      `Expected rows that can all be read, got ${faulty} of ${count} that can not. Mend them or leave them out: ${told}${faulty > SHOWN ? '; …' : ''}`,
      [...field, 'digest'],
    );
  }
  return count;
}

function refused(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ATTACHMENT', message, { field });
}
