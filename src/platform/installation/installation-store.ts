import type { Database } from '../database/index.js';

/** The id of this database, and what it says must be in the data directory. */
export class InstallationStore {
  constructor(private readonly database: Database) {}

  /** Null before the first start with an id. */
  async id(): Promise<string | null> {
    return (await this.database.installation.findUnique({ where: { row: 1 } }))?.id ?? null;
  }

  async setId(id: string): Promise<void> {
    await this.database.installation.upsert({ where: { row: 1 }, create: { id }, update: { id } });
  }

  /** Of every file that a version is made of. */
  async digests(): Promise<string[]> {
    const artifacts = await this.database.artifact.findMany({
      where: { versions: { some: {} } },
      select: { digest: true },
    });
    return artifacts.map(({ digest }) => digest);
  }
}
