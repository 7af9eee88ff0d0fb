import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { ModelOrder, ModelPosition, Window } from './keyset.js';
import { searchWords, type ModelFilter } from './model-filter.js';
import type { Domain, ModelRecord } from './catalog-records.js';
import { isName } from './names.js';
import { isForeignKeyViolation, isUniqueViolation } from '../platform/database-errors.js';

export interface ModelTexts {
  readonly title: string;
  readonly summary: string;
  readonly domain: Domain;
  readonly labels: string[];
  readonly card: string;
}

const WITHOUT_CARD = { card: true } as const;

/** Names in the order of their characters, whatever the database's own language is. */
const ORDER_COLUMNS = {
  NAME: Prisma.sql`m."name" COLLATE "C"`,
  CREATED_AT: Prisma.sql`m."createdAt"`,
  UPDATED_AT: Prisma.sql`m."updatedAt"`,
};

/** Rows of models. Cards are left out everywhere but in `cards`: a page of models would drag megabytes along. */
export class ModelStore {
  constructor(private readonly database: Database) {}

  async find(name: string, tx: Transaction = this.database): Promise<ModelRecord | null> {
    // Also keeps characters away that the database cannot even compare.
    if (!isName(name)) return null;
    return tx.model.findUnique({ where: { name }, omit: WITHOUT_CARD });
  }

  /** Until the transaction ends nobody else changes this model, its tags or its aliases. */
  async lock(tx: Transaction, name: string): Promise<ModelRecord | null> {
    const rows = await tx.$queryRaw<
      { id: string }[]
    >`SELECT "id" FROM "Model" WHERE "name" = ${name} FOR UPDATE`;
    return rows.length === 0 ? null : this.find(name, tx);
  }

  async byIds(ids: readonly string[]): Promise<ModelRecord[]> {
    return this.database.model.findMany({ where: { id: { in: [...ids] } }, omit: WITHOUT_CARD });
  }

  async cards(ids: readonly string[]): Promise<{ id: string; card: string }[]> {
    return this.database.model.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, card: true },
    });
  }

  /** Names of models in use, for suggestions. */
  async names(take: number, tx: Transaction = this.database): Promise<string[]> {
    const rows = await tx.model.findMany({
      where: { archivedAt: null },
      select: { name: true },
      orderBy: { name: 'asc' },
      take,
    });
    return rows.map(({ name }) => name);
  }

  async page(filter: ModelFilter, order: ModelOrder, window: Window<ModelPosition>): Promise<ModelRecord[]> {
    const column = ORDER_COLUMNS[order.field];
    const ascending = order.direction === 'ASC';
    const beyond = (position: ModelPosition | undefined, greater: boolean) =>
      position === undefined
        ? []
        : [
            Prisma.sql`(${column}, m."id") ${greater ? Prisma.sql`>` : Prisma.sql`<`} (${value(order, position)}, ${position.id}::uuid)`,
          ];
    const conditions = [
      ...where(filter),
      ...beyond(window.after, ascending),
      ...beyond(window.before, !ascending),
    ];
    const direction = ascending === window.fromEnd ? Prisma.sql`DESC` : Prisma.sql`ASC`;
    const rows = await this.database.$queryRaw<ModelRecord[]>`
      SELECT m."id", m."name", m."title", m."summary", m."domain"::text AS "domain", m."labels", m."latestVersion",
             m."createdAt", m."createdBy", m."updatedAt", m."archivedAt"
      FROM "Model" m
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY ${column} ${direction}, m."id" ${direction}
      LIMIT ${window.take}`;
    return window.fromEnd ? rows.reverse() : rows;
  }

  async count(filter: ModelFilter): Promise<number> {
    const rows = await this.database.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM "Model" m WHERE ${Prisma.join(where(filter), ' AND ')}`;
    return rows[0]?.count ?? 0;
  }

  /** @throws DomainError NAME_TAKEN, also when another request takes the name at this very moment. */
  async insert(tx: Transaction, name: string, texts: ModelTexts, createdBy: string): Promise<ModelRecord> {
    const now = new Date();
    try {
      return await tx.model.create({
        data: { name, ...texts, createdBy, createdAt: now, updatedAt: now },
        omit: WITHOUT_CARD,
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError(
        'NAME_TAKEN',
        `There is already a model named "${name}", or one whose name differs only in case. Choose another name, or publish a new version of that model.`,
        {
          field: ['name'],
          cause: error,
        },
      );
    }
  }

  async update(
    tx: Transaction,
    id: string,
    change: Partial<ModelTexts> & { archivedAt?: Date | null },
  ): Promise<ModelRecord> {
    return tx.model.update({ where: { id }, data: { ...change, updatedAt: new Date() }, omit: WITHOUT_CARD });
  }

  /** Counts one more version of a model that is in use; null when it is archived or gone. */
  async takeNextNumber(tx: Transaction, id: string): Promise<number | null> {
    const rows = await tx.model.updateManyAndReturn({
      where: { id, archivedAt: null },
      data: { latestVersion: { increment: 1 }, updatedAt: new Date() },
      select: { latestVersion: true },
    });
    return rows[0]?.latestVersion ?? null;
  }

  /** Names of the model's deployments that are neither STOPPED nor FAILED. */
  async liveDeployments(tx: Transaction, id: string): Promise<string[]> {
    const rows = await tx.deployment.findMany({
      where: { modelId: id, state: { notIn: ['STOPPED', 'FAILED'] } },
      select: { name: true },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ name }) => name);
  }

  /** References of other models' versions that were made from this model's. */
  async derivedElsewhere(tx: Transaction, id: string): Promise<string[]> {
    const rows = await tx.derivation.findMany({
      where: { parent: { modelId: id }, child: { modelId: { not: id } } },
      select: { child: { select: { number: true, model: { select: { name: true } } } } },
      take: 10,
    });
    return [...new Set(rows.map(({ child }) => `${child.model.name}@${child.number}`))];
  }

  /**
   * Removes the model with all that belongs to it.
   *
   * @throws DomainError MODEL_IN_USE when the database still knows something that refers to it.
   */
  async remove(tx: Transaction, id: string): Promise<void> {
    const ofModel = { where: { modelId: id } };
    try {
      await tx.migration.deleteMany({ where: { deployment: { modelId: id } } });
      await tx.deploymentRevision.deleteMany({ where: { deployment: { modelId: id } } });
      await tx.deployment.deleteMany(ofModel);
      await tx.modelDescription.deleteMany(ofModel);
      await tx.aliasMove.deleteMany(ofModel);
      await tx.alias.deleteMany(ofModel);
      await tx.tag.deleteMany(ofModel);
      await tx.derivation.deleteMany({ where: { child: { modelId: id } } });
      await tx.version.deleteMany(ofModel);
      await tx.model.delete({ where: { id } });
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new DomainError(
        'MODEL_IN_USE',
        'Something began to use this model just now, so it was not deleted. Look at its deployments and try again.',
        {
          field: ['name'],
          cause: error,
        },
      );
    }
  }
}

function value(order: ModelOrder, position: ModelPosition): Prisma.Sql {
  return order.field === 'NAME' ? Prisma.sql`${position.value}` : Prisma.sql`${position.value}::timestamptz`;
}

function where(filter: ModelFilter): Prisma.Sql[] {
  const conditions = [
    filter.archived === true ? Prisma.sql`m."archivedAt" IS NOT NULL` : Prisma.sql`m."archivedAt" IS NULL`,
  ];
  if (filter.domain) conditions.push(Prisma.sql`m."domain" = ${filter.domain}::"Domain"`);
  if (typeof filter.name === 'string') conditions.push(Prisma.sql`m."name" = ${filter.name}`);
  if (filter.labels && filter.labels.length > 0)
    conditions.push(Prisma.sql`m."labels" @> ${[...filter.labels]}::text[]`);
  if (typeof filter.deployed === 'boolean')
    conditions.push(
      Prisma.sql`EXISTS (SELECT 1 FROM "Deployment" d WHERE d."modelId" = m."id" AND d."state" <> 'STOPPED') = ${filter.deployed}`,
    );
  for (const word of searchWords(filter.text ?? ''))
    conditions.push(Prisma.sql`strpos(m."words", lower(${word})) > 0`);
  return conditions;
}
