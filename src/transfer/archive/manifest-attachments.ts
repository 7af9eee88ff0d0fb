import {
  checkAttachmentInputs,
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
  { number, attachments = [], pipeline, signature }: ManifestVersion,
  reader: InstanceReader,
  fileOf: (digest: string) => string,
  signal: AbortSignal,
): Promise<void> {
  if (attachments.length === 0) return;
  const sizes = new Map(attachments.map(({ digest, size }) => [digest, size]));
  try {
    const found = await checkAttachments({
      attachments: checkAttachmentInputs(attachments),
      pipeline: pipeline === null ? derivedPipeline(signature) : parsePipeline(pipeline, signature),
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
