import type { Database, Transaction } from '../../platform/database/index.js';
import type { Reference } from './reference.js';
import { featuresFromText, featuresToText } from './reference-text.js';

/** Rows of reference distributions: one a version at most. */
export class ReferenceStore {
  constructor(private readonly database: Database) {}

  /** In place of the one before, and of what was counted in its bins. */
  async replace(tx: Transaction, reference: Omit<Reference, 'id' | 'createdAt'>): Promise<Reference> {
    const { features, ...columns } = reference;
    // The same order for whoever counts: it holds the version's reference while it writes.
    await tx.versionReference.deleteMany({ where: { versionId: columns.versionId } });
    const row = await tx.versionReference.create({ data: { ...columns, content: featuresToText(features) } });
    return { ...reference, id: row.id, createdAt: row.createdAt };
  }

  async newest(most: number): Promise<Reference[]> {
    const rows = await this.database.versionReference.findMany({
      orderBy: { createdAt: 'desc' },
      take: most,
      select: { versionId: true },
    });
    return this.ofVersions(rows.map(({ versionId }) => versionId));
  }

  async ofVersions(versionIds: readonly string[]): Promise<Reference[]> {
    const rows = await this.database.versionReference.findMany({
      where: { versionId: { in: [...versionIds] } },
    });
    return rows.map(({ content, ...row }) => ({ ...row, features: featuresFromText(content) }));
  }
}
