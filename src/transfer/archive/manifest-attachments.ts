import {
  checkAttachmentInputs,
  checkAttachedTokenizers,
  checkAttachments,
  readingOf,
  type AttachmentRecord,
} from '../../catalog/index.js';
import { DomainError } from '../../platform/errors.js';
import { derivedPipeline, parsePipeline, type InstanceReader } from '../../pipelines/index.js';
import { ofArchive } from '../import/imported-blobs.js';
import type { ManifestAttachment, ManifestVersion } from './manifest.js';

interface AttachmentRow {
  readonly role: ManifestAttachment['role'];
  readonly digest: string;
  readonly size: bigint;
  readonly format: string | null;
  readonly rows: number | null;
  /** As `readingText` writes it. */
  readonly reading: string;
}

/** An attachment as an archive says it. */
export function manifestAttachment({
  role,
  digest,
  size,
  format,
  rows,
  reading,
}: AttachmentRow): ManifestAttachment {
  const { columns, target, predicted, options } = readingOf(reading);
  return {
    role,
    digest,
    size: Number(size),
    format: format as ManifestAttachment['format'],
    rows,
    columns: { ...columns },
    target,
    predicted,
    options: options as ManifestAttachment['options'],
  };
}

/** The same rules as for publishing. @throws DomainError as `checkAttachments`, said of the archive */
export async function checkAttached(
  { number, attachments = [], pipeline: declared, signature }: ManifestVersion,
  deps: {
    /** Finds attached files where `fileOf` does. */
    readonly reader: InstanceReader;
    readonly fileOf: (digest: string) => string;
    /** Inputs of the graph that are looked up in a table, with the lines of that. */
    readonly tables: Readonly<Record<string, number>>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { reader, fileOf, tables } = deps;
  if (attachments.length === 0) return;
  const sizes = new Map(attachments.map(({ digest, size }) => [digest, size]));
  try {
    const taken = checkAttachmentInputs(attachments);
    const pipeline = declared === null ? derivedPipeline(signature) : parsePipeline(declared, signature);
    await checkAttachedTokenizers(pipeline, taken, reader, tables);
    const found = await checkAttachments({
      attachments: taken,
      pipeline,
      reader,
      fileOf: (digest) => Promise.resolve({ path: fileOf(digest), size: sizes.get(digest) ?? 0 }),
      signal,
    });
    checkCounts(attachments, found);
  } catch (error) {
    throw ofArchive(error, `version ${number}`);
  }
}

function checkCounts(said: readonly ManifestAttachment[], found: readonly AttachmentRecord[]): void {
  for (const [index, { role, rows }] of said.entries())
    if (found[index]?.rows !== rows)
      throw new DomainError(
        'ARCHIVE_INVALID',
        `expected ${rows ?? 'no'} rows of ${role} data, as the manifest says, got ${found[index]?.rows ?? 'none'}`,
      );
}
