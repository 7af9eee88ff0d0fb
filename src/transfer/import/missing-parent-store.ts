import { Prisma, type Database, type Transaction } from '../../platform/database/index.js';
import type { DerivationRelation } from '../../catalog/index.js';
import { batches } from './batches.js';
import type { ManifestParent } from '../archive/manifest.js';

/** A version of another model, as an archive names it. */
export interface ForeignVersion {
  readonly model: string;
  readonly number: number;
  readonly digest: string;
  /** How the version that was made from it was made. */
  readonly relation: DerivationRelation;
}

export interface ForeignParent extends ForeignVersion {
  readonly childId: string;
}

/**
 * What imported versions were made from. A parent counts as found only when it has the same name, number and bytes as in
 * the archive: so what is exported again says the same, found or not.
 */
export class MissingParentStore {
  constructor(private readonly database: Database) {}

  async ofVersions(childIds: readonly string[]): Promise<ForeignParent[]> {
    return this.database.missingParent.findMany({
      where: { childId: { in: [...childIds] } },
      orderBy: [{ childId: 'asc' }, { model: 'asc' }, { number: 'asc' }],
    });
  }

  /** The id of each parent that is here, in their order, or null; they cannot be deleted until the transaction ends. */
  async find(
    parents: readonly Pick<ManifestParent, 'model' | 'number' | 'digest'>[],
    tx?: Transaction,
  ): Promise<(string | null)[]> {
    if (parents.length === 0) return [];
    const lock = tx ? Prisma.sql`FOR KEY SHARE OF v` : Prisma.empty;
    const rows = await (tx ?? this.database).$queryRaw<{ place: bigint; id: string }[]>`
      SELECT k.place, v."id"
      FROM unnest(
        ${parents.map(({ model }) => model ?? '')}::text[], ${parents.map(({ number }) => number)}::int[],
        ${parents.map(({ digest }) => digest)}::text[]
      ) WITH ORDINALITY AS k(model, number, digest, place)
      JOIN "Model" m ON m."name" = k.model
      JOIN "Version" v ON v."modelId" = m."id" AND v."number" = k.number AND v."artifactDigest" = k.digest
      ${lock}`;
    const found = new Map(rows.map(({ place, id }) => [Number(place), id]));
    return parents.map((_, index) => found.get(index + 1) ?? null);
  }

  async addFound(
    tx: Transaction,
    derivations: readonly { childId: string; parentId: string; relation: DerivationRelation }[],
  ): Promise<void> {
    for (const data of batches(derivations)) await tx.derivation.createMany({ data });
  }

  async addMissing(tx: Transaction, parents: readonly ForeignParent[]): Promise<void> {
    for (const data of batches(parents)) await tx.missingParent.createMany({ data });
  }

  /** Turns what other versions miss and a model now has into derivations; what would close a circle stays missing. */
  async settle(tx: Transaction, modelId: string): Promise<number> {
    const candidates = await tx.$queryRaw<
      { childId: string; parentId: string; relation: DerivationRelation }[]
    >`
      SELECT p."childId", v."id" AS "parentId", p."relation"::text AS "relation"
      FROM "Model" m
      JOIN "MissingParent" p ON p."model" = m."name"
      JOIN "Version" v ON v."modelId" = m."id" AND v."number" = p."number" AND v."artifactDigest" = p."digest"
      JOIN "Version" c ON c."id" = p."childId" AND c."modelId" <> m."id"
      WHERE m."id" = ${modelId}::uuid
      ORDER BY p."childId", v."number"`;
    let settled = 0;
    for (const { childId, parentId, relation } of candidates) {
      if (await this.isAncestor(tx, childId, parentId)) continue;
      await tx.derivation.createMany({ data: [{ childId, parentId, relation }], skipDuplicates: true });
      await tx.$executeRaw`
        DELETE FROM "MissingParent" p USING "Version" v JOIN "Model" m ON m."id" = v."modelId"
        WHERE v."id" = ${parentId}::uuid AND p."childId" = ${childId}::uuid AND p."model" = m."name" AND p."number" = v."number"`;
      settled += 1;
    }
    return settled;
  }

  private async isAncestor(tx: Transaction, ancestorId: string, versionId: string): Promise<boolean> {
    const rows = await tx.$queryRaw<{ found: boolean }[]>`
      WITH RECURSIVE up AS (
        SELECT ${versionId}::uuid AS id
        UNION
        SELECT d."parentId" FROM up JOIN "Derivation" d ON d."childId" = up.id
      )
      SELECT EXISTS (SELECT 1 FROM up WHERE id = ${ancestorId}::uuid) AS "found"`;
    return rows[0]?.found ?? false;
  }
}
