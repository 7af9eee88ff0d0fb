import type { FileFormat } from '../../datafiles/index.js';
import type { AttachmentOptions } from './attachment-options.js';
import type { AttachmentRole } from './attachment-role.js';

/** How the rows of an attachment are read. */
export interface AttachmentReading {
  /** Which column a field of the instance is in, where it has another name. */
  readonly columns: Readonly<Record<string, string>>;
  /** The column of what was measured. */
  readonly target: string | null;
  /** The column of what a model that had not seen the row predicted. */
  readonly predicted: string | null;
  readonly options: AttachmentOptions;
}

export interface NewAttachment extends AttachmentReading {
  readonly role: AttachmentRole;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Null for what has no rows. */
  readonly format: FileFormat | null;
}

/** A file that belongs to a version beside its graph. As immutable as the version. */
export interface AttachmentRecord extends NewAttachment {
  /** Bytes. */
  readonly size: number;
  /** Null for what has none. */
  readonly rows: number | null;
}

/** What a row holds of how an attachment is read: what was not said is left out, so that it can be said in more ways one day. */
export function readingText({ columns, target, predicted, options }: AttachmentReading): string {
  return JSON.stringify({
    ...(Object.keys(columns).length > 0 && { columns }),
    ...(target !== null && { target }),
    ...(predicted !== null && { predicted }),
    ...(Object.keys(options).length > 0 && { options }),
  });
}

/** What `readingText` wrote. */
export function readingOf(text: string): AttachmentReading {
  const said = JSON.parse(text) as Partial<AttachmentReading>;
  const { columns = {}, target = null, predicted = null, options = {} } = said;
  return { columns, target, predicted, options };
}
