import type { Database, Transaction } from '../platform/database/index.js';
import type { AliasKey } from './aliases/alias-history-store.js';
import { sameButCase } from './names.js';
import type { AliasRecord, Numbered, TagRecord } from './catalog-records.js';

const NUMBER = { version: { select: { number: true } } } as const;

/** Rows of the names versions have within their model: tags and aliases. */
export class VersionNameStore {
  constructor(private readonly database: Database) {}

  async tagsOfVersions(versionIds: readonly string[]): Promise<TagRecord[]> {
    return sorted(await this.database.tag.findMany({ where: { versionId: { in: [...versionIds] } } }));
  }

  async aliasesOfVersions(versionIds: readonly string[]): Promise<AliasRecord[]> {
    return sorted(await this.database.alias.findMany({ where: { versionId: { in: [...versionIds] } } }));
  }

  async aliasesOfModels(modelIds: readonly string[]): Promise<AliasRecord[]> {
    return sorted(await this.database.alias.findMany({ where: { modelId: { in: [...modelIds] } } }));
  }

  async aliasesByNames(keys: readonly AliasKey[]): Promise<AliasRecord[]> {
    if (keys.length === 0) return [];
    return this.database.$queryRaw<AliasRecord[]>`
      SELECT a."modelId", a."name", a."versionId", a."protected", a."updatedAt", a."updatedBy"
      FROM unnest(${keys.map(({ modelId }) => modelId)}::uuid[], ${keys.map(({ name }) => name)}::text[]) AS k(model, name)
      JOIN "Alias" a ON a."modelId" = k.model AND a."name" = k.name`;
  }

  /** All names in use within a model, for messages. */
  async names(tx: Transaction | undefined, modelId: string): Promise<{ tags: string[]; aliases: string[] }> {
    const client = tx ?? this.database;
    const query = { where: { modelId }, select: { name: true }, orderBy: { name: 'asc' } } as const;
    const tags = await client.tag.findMany(query);
    const aliases = await client.alias.findMany(query);
    return { tags: tags.map(({ name }) => name), aliases: aliases.map(({ name }) => name) };
  }

  /** Everything that names a version of a model, in two statements. */
  async ofModel(modelId: string): Promise<{ tags: Numbered<TagRecord>[]; aliases: Numbered<AliasRecord>[] }> {
    const query = { where: { modelId }, include: NUMBER };
    const tags = await this.database.tag.findMany(query);
    const aliases = await this.database.alias.findMany(query);
    return { tags: sorted(tags.map(numbered)), aliases: sorted(aliases.map(numbered)) };
  }

  async findTag(tx: Transaction, modelId: string, name: string): Promise<Numbered<TagRecord> | null> {
    const row = await tx.tag.findUnique({ where: { modelId_name: { modelId, name } }, include: NUMBER });
    return row && numbered(row);
  }

  async findAlias(tx: Transaction, modelId: string, name: string): Promise<Numbered<AliasRecord> | null> {
    const row = await tx.alias.findUnique({ where: { modelId_name: { modelId, name } }, include: NUMBER });
    return row && numbered(row);
  }

  /** A tag and an alias of a model whose names differ from this one at most in case. */
  async alike(
    tx: Transaction,
    modelId: string,
    name: string,
  ): Promise<{ readonly tag: string | null; readonly alias: string | null }> {
    // ILIKE, which takes an underscore for any character: what it finds is looked at again.
    const query = {
      where: { modelId, name: { equals: name, mode: 'insensitive' } },
      select: { name: true },
    } as const;
    const among = (rows: readonly { readonly name: string }[]) =>
      rows.find((row) => sameButCase(row.name, name))?.name ?? null;
    return { tag: among(await tx.tag.findMany(query)), alias: among(await tx.alias.findMany(query)) };
  }

  async countTags(tx: Transaction, versionId: string): Promise<number> {
    return tx.tag.count({ where: { versionId } });
  }

  async countAliases(tx: Transaction, modelId: string): Promise<number> {
    return tx.alias.count({ where: { modelId } });
  }

  async addTag(tx: Transaction, tag: Omit<TagRecord, 'createdAt'>): Promise<void> {
    await tx.tag.create({ data: tag });
  }

  async removeTag(tx: Transaction, modelId: string, name: string): Promise<void> {
    await tx.tag.delete({ where: { modelId_name: { modelId, name } } });
  }

  async pointAlias(tx: Transaction, { modelId, name, ...target }: AliasRecord): Promise<AliasRecord> {
    return tx.alias.upsert({
      where: { modelId_name: { modelId, name } },
      create: { modelId, name, ...target },
      update: target,
    });
  }

  async removeAlias(tx: Transaction, modelId: string, name: string): Promise<void> {
    await tx.alias.delete({ where: { modelId_name: { modelId, name } } });
  }
}

function numbered<T extends { readonly version: { readonly number: number } }>({ version, ...row }: T) {
  return { ...row, number: version.number };
}

function sorted<T extends { readonly name: string }>(rows: T[]): T[] {
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}
