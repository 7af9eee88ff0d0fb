import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import { isForeignKeyViolation } from '../platform/database-errors.js';
import { DomainError } from '../platform/errors.js';
import type { Window } from './keyset.js';
import type { DerivationRecord, DerivationRelation } from './catalog-records.js';

/** A derivation as a walk from `root` met it, so many steps away. */
export interface LineageStep extends DerivationRecord {
  readonly root: string;
  readonly steps: number;
}

const ROW = Prisma.sql`d."childId", d."parentId", d."relation"::text AS "relation"`;

/**
 * Which version was made from which. A derivation is written together with its child, from parents that exist, and
 * never again: so there can be no cycle.
 */
export class LineageStore {
  constructor(private readonly database: Database) {}

  /** @throws DomainError VERSION_NOT_FOUND when a parent was deleted meanwhile. */
  async add(
    tx: Transaction,
    childId: string,
    parents: readonly { readonly parentId: string; readonly relation: DerivationRelation }[],
  ): Promise<void> {
    if (parents.length === 0) return;
    try {
      await tx.derivation.createMany({ data: parents.map((parent) => ({ ...parent, childId })) });
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new DomainError(
        'VERSION_NOT_FOUND',
        'A version in derivedFrom was deleted just now. Look at what is left and try again.',
        { field: ['derivedFrom'], cause: error },
      );
    }
  }

  /** What each version was made from. */
  async parents(childIds: readonly string[]): Promise<DerivationRecord[]> {
    return this.database.derivation.findMany({
      where: { childId: { in: [...childIds] } },
      orderBy: [{ childId: 'asc' }, { parentId: 'asc' }],
    });
  }

  /** The same page of what was made from each version, newest first within each. Positions are the children's ids. */
  async children(parentIds: readonly string[], window: Window<string>): Promise<DerivationRecord[]> {
    const after =
      window.after === undefined ? Prisma.empty : Prisma.sql`AND c."childId" < ${window.after}::uuid`;
    const before =
      window.before === undefined ? Prisma.empty : Prisma.sql`AND c."childId" > ${window.before}::uuid`;
    const direction = window.fromEnd ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    return this.database.$queryRaw<DerivationRecord[]>`
      SELECT ${ROW}
      FROM unnest(${[...parentIds]}::uuid[]) AS k(parent) CROSS JOIN LATERAL (
        SELECT * FROM "Derivation" c WHERE c."parentId" = k.parent ${after} ${before}
        ORDER BY c."childId" ${direction} LIMIT ${window.take}
      ) d
      ORDER BY d."childId" DESC`;
  }

  async countsOfChildren(parentIds: readonly string[]): Promise<{ parentId: string; count: number }[]> {
    const groups = await this.database.derivation.groupBy({
      by: ['parentId'],
      where: { parentId: { in: [...parentIds] } },
      _count: true,
    });
    return groups.map(({ parentId, _count }) => ({ parentId, count: _count }));
  }

  /**
   * The derivations on every way up (or down) from each version, nearest first, at most `take` for each; one statement.
   * A derivation that several ways lead to is met once for each of their lengths.
   */
  async walk(
    roots: readonly string[],
    direction: 'up' | 'down',
    limits: { readonly steps: number; readonly take: number },
  ): Promise<LineageStep[]> {
    const [from, to] =
      direction === 'up'
        ? [Prisma.sql`"childId"`, Prisma.sql`"parentId"`]
        : [Prisma.sql`"parentId"`, Prisma.sql`"childId"`];
    // UNION keeps each derivation once at each distance, and the limit ends the walk: a row is only made when asked for.
    return this.database.$queryRaw<LineageStep[]>`
      SELECT k.root, ${ROW}, d.steps
      FROM unnest(${[...roots]}::uuid[]) AS k(root) CROSS JOIN LATERAL (
        WITH RECURSIVE walked AS (
          SELECT e."childId", e."parentId", e."relation", 1 AS steps FROM "Derivation" e WHERE e.${from} = k.root
          UNION
          SELECT e."childId", e."parentId", e."relation", w.steps + 1
          FROM walked w JOIN "Derivation" e ON e.${from} = w.${to}
          WHERE w.steps < ${limits.steps}
        )
        SELECT * FROM walked LIMIT ${limits.take}
      ) d
      ORDER BY k.root, d.steps, d."childId", d."parentId"`;
  }
}
