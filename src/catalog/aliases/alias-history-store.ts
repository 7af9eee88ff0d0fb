import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import type { AliasEntry, EarlierTarget } from './alias-undo.js';
import type { Window } from '../keyset.js';
import type { AliasChangeKind, AliasChangeRecord, AliasRecord } from '../catalog-records.js';

export interface AliasKey {
  readonly modelId: string;
  readonly name: string;
}

export interface AliasInstant extends AliasKey {
  readonly at: Date;
}

export interface NewAliasChange {
  readonly modelId: string;
  readonly alias: string;
  readonly kind: AliasChangeKind;
  readonly fromNumber: number | null;
  readonly toNumber: number | null;
  readonly protected: boolean;
  readonly previousId: bigint | null;
  readonly reason: string | null;
  readonly actor: string;
  readonly at: Date;
}

/** The end of an alias's history. */
export interface LastAliasChange extends AliasEntry {
  readonly protected: boolean;
  readonly at: Date;
}

const CHANGE = Prisma.sql`
  h."id", h."modelId", h."alias", h."kind"::text AS "kind", h."fromNumber", h."toNumber", h."protected", h."reason",
  h."actor", h."at", f."id" AS "fromVersionId", t."id" AS "toVersionId"`;
const ENDS = Prisma.sql`
  LEFT JOIN "Version" f ON f."modelId" = h."modelId" AND f."number" = h."fromNumber"
  LEFT JOIN "Version" t ON t."modelId" = h."modelId" AND t."number" = h."toNumber"`;

/** Rows of the history of aliases. They are only ever added. */
export class AliasHistoryStore {
  constructor(private readonly database: Database) {}

  async last(tx: Transaction, { modelId, name }: AliasKey): Promise<LastAliasChange | null> {
    return tx.aliasMove.findFirst({
      where: { modelId, alias: name },
      orderBy: { id: 'desc' },
      select: { id: true, toNumber: true, previousId: true, protected: true, at: true },
    });
  }

  async entry(tx: Transaction, id: bigint): Promise<AliasEntry | null> {
    return tx.aliasMove.findUnique({
      where: { id },
      select: { id: true, toNumber: true, previousId: true },
    });
  }

  /** What lies behind an entry, nearest first: its own `previousId`, and so on, at most `take`. */
  async earlier(tx: Transaction, { previousId }: AliasEntry, take: number): Promise<EarlierTarget[]> {
    return tx.$queryRaw<EarlierTarget[]>`
      WITH RECURSIVE behind AS (
        SELECT m."id", m."toNumber", m."previousId", 1 AS step FROM "AliasMove" m WHERE m."id" = ${previousId}
        UNION ALL
        SELECT m."id", m."toNumber", m."previousId", b.step + 1
        FROM behind b JOIN "AliasMove" m ON m."id" = b."previousId"
        WHERE b.step < ${take}
      )
      SELECT "id", "toNumber", "previousId" FROM behind ORDER BY step`;
  }

  async add(tx: Transaction, change: NewAliasChange): Promise<void> {
    await tx.aliasMove.create({ data: change });
  }

  /** Each alias as it was at an instant, in their order, or null where there was none; one statement for all. */
  async at(keys: readonly AliasInstant[]): Promise<(AliasRecord | null)[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.$queryRaw<(AliasRecord & { place: bigint })[]>`
      SELECT k.place, k.model::uuid AS "modelId", k.name, v."id" AS "versionId", h."protected", h."at" AS "updatedAt",
             h."actor" AS "updatedBy"
      FROM unnest(
        ${keys.map(({ modelId }) => modelId)}::uuid[], ${keys.map(({ name }) => name)}::text[],
        ${keys.map(({ at }) => at.toISOString())}::timestamptz[]
      ) WITH ORDINALITY AS k(model, name, instant, place)
      CROSS JOIN LATERAL (
        SELECT * FROM "AliasMove" m
        WHERE m."modelId" = k.model AND m."alias" = k.name AND m."at" <= k.instant
        ORDER BY m."at" DESC, m."id" DESC LIMIT 1
      ) h
      JOIN "Version" v ON v."modelId" = k.model AND v."number" = h."toNumber"`;
    const found = new Map(rows.map(({ place, ...alias }) => [Number(place), alias]));
    return keys.map((_, index) => found.get(index + 1) ?? null);
  }

  /** The same page of several aliases' histories at once, newest first within each. Positions are ids. */
  async pages(keys: readonly AliasKey[], window: Window<bigint>): Promise<AliasChangeRecord[]> {
    const { inside, direction } = bounds(window);
    return this.database.$queryRaw<AliasChangeRecord[]>`
      SELECT ${CHANGE}
      FROM unnest(${keys.map(({ modelId }) => modelId)}::uuid[], ${keys.map(({ name }) => name)}::text[]) AS k(model, name)
      CROSS JOIN LATERAL (
        SELECT * FROM "AliasMove" m WHERE m."modelId" = k.model AND m."alias" = k.name ${inside}
        ORDER BY m."id" ${direction} LIMIT ${window.take}
      ) h ${ENDS}
      ORDER BY h."id" DESC`;
  }

  /** The same of the histories of all aliases of each model. */
  async pagesOfModels(modelIds: readonly string[], window: Window<bigint>): Promise<AliasChangeRecord[]> {
    const { inside, direction } = bounds(window);
    return this.database.$queryRaw<AliasChangeRecord[]>`
      SELECT ${CHANGE}
      FROM unnest(${[...modelIds]}::uuid[]) AS k(model)
      CROSS JOIN LATERAL (
        SELECT * FROM "AliasMove" m WHERE m."modelId" = k.model ${inside}
        ORDER BY m."id" ${direction} LIMIT ${window.take}
      ) h ${ENDS}
      ORDER BY h."id" DESC`;
  }

  /** How long each history is, in their order; of all aliases of the model where there is no name. */
  async counts(
    keys: readonly { readonly modelId: string; readonly name: string | null }[],
  ): Promise<number[]> {
    const rows = await this.database.$queryRaw<{ count: number }[]>`
      SELECT CASE WHEN k.name IS NULL
        THEN (SELECT count(*)::int FROM "AliasMove" m WHERE m."modelId" = k.model)
        ELSE (SELECT count(*)::int FROM "AliasMove" m WHERE m."modelId" = k.model AND m."alias" = k.name)
      END AS "count"
      FROM unnest(
        ${keys.map(({ modelId }) => modelId)}::uuid[], ${keys.map(({ name }) => name)}::text[]
      ) WITH ORDINALITY AS k(model, name, place)
      ORDER BY k.place`;
    return rows.map(({ count }) => count);
  }
}

function bounds(window: Window<bigint>): { inside: Prisma.Sql; direction: Prisma.Sql } {
  const after = window.after === undefined ? Prisma.empty : Prisma.sql`AND m."id" < ${window.after}`;
  const before = window.before === undefined ? Prisma.empty : Prisma.sql`AND m."id" > ${window.before}`;
  return {
    inside: Prisma.sql`${after} ${before}`,
    direction: window.fromEnd ? Prisma.sql`ASC` : Prisma.sql`DESC`,
  };
}
