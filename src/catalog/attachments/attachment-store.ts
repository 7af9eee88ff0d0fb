import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import { readingOf, readingText, type AttachmentRecord } from './attachment.js';

/** As `ATTACHMENTS_OF_VERSION` answers it: no bigint, which JSON has not. */
type AttachmentRow = Pick<AttachmentRecord, 'role' | 'digest' | 'size' | 'format' | 'rows'> & {
  readonly reading: string;
};

/** Of a "Version" v, as JSON; null without any. Beside the version's own columns, since every prediction asks for them. */
export const ATTACHMENTS_OF_VERSION = Prisma.sql`
  (SELECT json_agg(json_build_object('role', x."role", 'digest', x."digest", 'size', x."size", 'format', x."format",
     'rows', x."rows", 'reading', x."reading") ORDER BY x."position")::text
   FROM "VersionAttachment" x WHERE x."versionId" = v."id")`;

export function attachmentsOf(json: unknown): readonly AttachmentRecord[] {
  return ((json ?? []) as readonly AttachmentRow[]).map(({ reading, ...row }) => ({
    ...row,
    ...readingOf(reading),
  }));
}

/** Rows of attachments: which files belong to a version beside its graph, and how they are read. */
export class AttachmentStore {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, versionId: string, attachments: readonly AttachmentRecord[]): Promise<void> {
    if (attachments.length === 0) return;
    await tx.versionAttachment.createMany({
      data: attachments.map((attachment, position) => ({
        versionId,
        position,
        ...attachmentColumns(attachment),
      })),
    });
  }

  /** Of every file that is attached to a version, each once. */
  async digests(): Promise<string[]> {
    const rows = await this.database.versionAttachment.findMany({
      select: { digest: true },
      distinct: ['digest'],
    });
    return rows.map(({ digest }) => digest);
  }

  /** Bytes of those of the files that are attached to a version of the model, by digest. */
  async sizes(modelId: string, digests: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.versionAttachment.findMany({
      where: { version: { modelId }, digest: { in: [...digests] } },
      select: { digest: true, size: true },
      distinct: ['digest'],
    });
    return new Map(rows.map(({ digest, size }) => [digest, Number(size)]));
  }

  /** Those of the files that are attached to a version. */
  async used(digests: readonly string[], tx: Transaction = this.database): Promise<string[]> {
    const rows = await tx.versionAttachment.findMany({
      where: { digest: { in: [...digests] } },
      select: { digest: true },
      distinct: ['digest'],
    });
    return rows.map(({ digest }) => digest);
  }
}

/** The columns of its row, apart from the version's and its place. */
export function attachmentColumns(attachment: AttachmentRecord) {
  const { role, digest, size, format, rows } = attachment;
  return { role, digest, size: BigInt(size), format, rows, reading: readingText(attachment) };
}
