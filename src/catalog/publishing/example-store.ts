import type { Database, Transaction } from '../../platform/database/index.js';
import { exampleContent, exampleText, type ExampleRecord, type NewExample } from './examples.js';

/** Rows of examples: what a version can be asked, as its publisher showed it. */
export class ExampleStore {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, versionId: string, examples: readonly NewExample[]): Promise<void> {
    if (examples.length === 0) return;
    await tx.versionExample.createMany({
      data: examples.map(({ name, description, content }, position) => {
        const text = exampleText(content);
        return { versionId, position, name, description, content: text, bytes: Buffer.byteLength(text) };
      }),
    });
  }

  /** What the examples of each of these versions take, without reading them; versions without any are left out. */
  async bytes(versionIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.versionExample.groupBy({
      by: ['versionId'],
      where: { versionId: { in: [...versionIds] } },
      _sum: { bytes: true },
    });
    return new Map(rows.map(({ versionId, _sum }) => [versionId, _sum.bytes ?? 0]));
  }

  /** In the publisher's order within each version. */
  async ofVersions(versionIds: readonly string[]): Promise<ExampleRecord[]> {
    const rows = await this.database.versionExample.findMany({
      where: { versionId: { in: [...versionIds] } },
      orderBy: [{ versionId: 'asc' }, { position: 'asc' }],
    });
    return rows.map(({ versionId, position, name, description, content }) => ({
      versionId,
      position,
      name,
      description,
      content: exampleContent(content),
    }));
  }
}
