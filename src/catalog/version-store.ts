import type { GraphSummary, Rewrite, RowProof } from '../onnx/index.js';
import type { Signature } from '../tensors/index.js';
import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import { AttachmentStore } from './attachments/attachment-store.js';
import type { Window } from './keyset.js';
import { DEFAULT_ALIAS } from './names.js';
import type {
  ArtifactRecord,
  Dataset,
  Environment,
  Metric,
  Source,
  VersionRecord,
} from './catalog-records.js';
import type { ConversionRecord } from './conversions/conversion-record.js';
import type { OptimizationRecord } from './optimizations/optimization-record.js';
import { withoutNul } from './texts.js';
import type { VersionRef } from './version-ref.js';
import { toVersion, VERSION_COLUMNS, type VersionRow } from './version-row.js';

export interface NewArtifact {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly graph: GraphSummary;
  readonly rowProof: RowProof;
}

export interface NewVersion {
  readonly modelId: string;
  readonly number: number;
  readonly artifactDigest: string;
  readonly signature: Signature;
  readonly rewrites: readonly Rewrite[];
  /** Plain JSON; null without one. */
  readonly pipeline: unknown;
  readonly metrics: readonly Metric[];
  readonly notes: string;
  readonly source: Source | null;
  readonly trainingData: readonly Dataset[];
  readonly environment: Environment | null;
  readonly conversion?: ConversionRecord | undefined;
  readonly optimization?: OptimizationRecord | undefined;
  /** The job that publishes it. */
  readonly publishedByJob?: string | undefined;
  readonly declaresRowsIndependent: boolean;
  readonly disclosesTraining: boolean;
  readonly createdBy: string;
}

/** The name of a lock in the database; any number that nobody else uses. */
const COLLECTING = 7_061_002;

export class VersionStore {
  private readonly attachments: AttachmentStore;

  constructor(private readonly database: Database) {
    this.attachments = new AttachmentStore(database);
  }

  /**
   * The version each reference means, or null, in their order and with one statement however many there are.
   * A bare model means its default alias when that is set, else its newest version.
   */
  async resolve(
    refs: readonly VersionRef[],
    tx: Transaction = this.database,
  ): Promise<(VersionRecord | null)[]> {
    if (refs.length === 0) return [];
    const kinds = refs.map(({ selector }) => selector.kind);
    const models = refs.map(({ model }) => model);
    const keys = refs.map(selectorKey);
    const rows = await tx.$queryRaw<(VersionRow & { place: bigint })[]>`
      SELECT k.place, ${VERSION_COLUMNS}
      FROM unnest(${kinds}::text[], ${models}::text[], ${keys}::text[]) WITH ORDINALITY AS k(kind, model, key, place)
      JOIN "Model" m ON m."name" = k.model
      JOIN "Version" v ON v."id" = CASE k.kind
        WHEN 'number' THEN (SELECT n."id" FROM "Version" n WHERE n."modelId" = m."id" AND n."number" = k.key::int)
        WHEN 'digest' THEN (SELECT d."id" FROM "Version" d WHERE d."modelId" = m."id" AND d."artifactDigest" = k.key ORDER BY d."number" DESC LIMIT 1)
        WHEN 'name' THEN coalesce(
          (SELECT t."versionId" FROM "Tag" t WHERE t."modelId" = m."id" AND t."name" = k.key),
          (SELECT a."versionId" FROM "Alias" a WHERE a."modelId" = m."id" AND a."name" = k.key))
        ELSE coalesce(
          (SELECT a."versionId" FROM "Alias" a WHERE a."modelId" = m."id" AND a."name" = ${DEFAULT_ALIAS}),
          (SELECT n."id" FROM "Version" n WHERE n."modelId" = m."id" ORDER BY n."number" DESC LIMIT 1))
      END`;
    const found = new Map(rows.map((row) => [Number(row.place), toVersion(row)]));
    return refs.map((_, index) => found.get(index + 1) ?? null);
  }

  async byIds(ids: readonly string[]): Promise<VersionRecord[]> {
    const rows = await this.database.$queryRaw<VersionRow[]>`
      SELECT ${VERSION_COLUMNS} FROM "Version" v JOIN "Model" m ON m."id" = v."modelId" WHERE v."id" = ANY(${[...ids]}::uuid[])`;
    return rows.map(toVersion);
  }

  /** What a job published; null before it did. */
  async publishedBy(job: string): Promise<VersionRecord | null> {
    const rows = await this.database.$queryRaw<VersionRow[]>`
      SELECT ${VERSION_COLUMNS} FROM "Version" v JOIN "Model" m ON m."id" = v."modelId" WHERE v."publishedByJob" = ${job}::uuid`;
    const [row] = rows;
    return row === undefined ? null : toVersion(row);
  }

  /** The same page of several models' versions at once, newest first within each. Positions are version numbers. */
  async pages(modelIds: readonly string[], window: Window<number>): Promise<VersionRecord[]> {
    const after = window.after === undefined ? Prisma.empty : Prisma.sql`AND n."number" < ${window.after}`;
    const before = window.before === undefined ? Prisma.empty : Prisma.sql`AND n."number" > ${window.before}`;
    const direction = window.fromEnd ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const rows = await this.database.$queryRaw<VersionRow[]>`
      SELECT ${VERSION_COLUMNS}
      FROM "Model" m CROSS JOIN LATERAL (
        SELECT * FROM "Version" n WHERE n."modelId" = m."id" ${after} ${before} ORDER BY n."number" ${direction} LIMIT ${window.take}
      ) v
      WHERE m."id" = ANY(${[...modelIds]}::uuid[])
      ORDER BY v."modelId", v."number" DESC`;
    return rows.map(toVersion);
  }

  async counts(modelIds: readonly string[]): Promise<{ modelId: string; count: number }[]> {
    const groups = await this.database.version.groupBy({
      by: ['modelId'],
      where: { modelId: { in: [...modelIds] } },
      _count: true,
    });
    return groups.map(({ modelId, _count }) => ({ modelId, count: _count }));
  }

  /** That consist of these bytes, or have them attached; newest first. */
  async ofArtifact(digest: string, most: number): Promise<VersionRecord[]> {
    const rows = await this.database.$queryRaw<VersionRow[]>`
      SELECT ${VERSION_COLUMNS} FROM "Version" v JOIN "Model" m ON m."id" = v."modelId"
      WHERE v."artifactDigest" = ${digest}
        OR v."id" IN (SELECT x."versionId" FROM "VersionAttachment" x WHERE x."digest" = ${digest})
      ORDER BY v."createdAt" DESC LIMIT ${most}`;
    return rows.map(toVersion);
  }

  async artifacts(digests: readonly string[]): Promise<ArtifactRecord[]> {
    const rows = await this.database.artifact.findMany({ where: { digest: { in: [...digests] } } });
    return rows.map((row) => ({
      ...row,
      format: row.format as ArtifactRecord['format'],
      opsets: row.opsets as ArtifactRecord['opsets'],
      metadata: row.metadata as ArtifactRecord['metadata'],
      operators: row.operators as ArtifactRecord['operators'],
      rowProof: row.rowProof as ArtifactRecord['rowProof'],
    }));
  }

  /** Until the transaction ends, nobody else publishes or removes these bytes. */
  async lockArtifacts(tx: Transaction, digests: readonly string[]): Promise<void> {
    // Always in the same order, so that two who lock several never wait for each other.
    for (const digest of [...digests].sort())
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${digest}, 0))`;
  }

  /** Until the transaction ends nothing that is stored is removed for want of a version: for more files than can be locked. */
  async holdCollections(tx: Transaction): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${COLLECTING})`;
  }

  /** The other side of `holdCollections`: waits for those who hold them. */
  async beginCollection(tx: Transaction): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${COLLECTING})`;
  }

  /** Those of the artifacts that no version consists of, or has attached. */
  async unreferenced<Artifact extends { readonly digest: string }>(
    artifacts: readonly Artifact[],
    tx: Transaction = this.database,
  ): Promise<Artifact[]> {
    const used = await tx.version.findMany({
      where: { artifactDigest: { in: artifacts.map(({ digest }) => digest) } },
      select: { artifactDigest: true },
      distinct: ['artifactDigest'],
    });
    const attached = await this.attachments.used(
      artifacts.map(({ digest }) => digest),
      tx,
    );
    const digests = new Set([...used.map(({ artifactDigest }) => artifactDigest), ...attached]);
    return artifacts.filter(({ digest }) => !digests.has(digest));
  }

  /** Of every file that a version consists of, or has attached; each once. */
  async artifactDigests(): Promise<string[]> {
    const used = await this.database.version.findMany({
      select: { artifactDigest: true },
      distinct: ['artifactDigest'],
    });
    const attached = await this.attachments.digests();
    return [...new Set([...used.map(({ artifactDigest }) => artifactDigest), ...attached])];
  }

  /** Forgets what was known of bytes that are gone. */
  async forgetArtifacts(tx: Transaction, digests: readonly string[]): Promise<void> {
    await tx.artifact.deleteMany({ where: { digest: { in: [...digests] } } });
  }

  /** The same bytes are the same artifact: what is known of them already stays. */
  async ensureArtifacts(tx: Transaction, artifacts: readonly NewArtifact[]): Promise<void> {
    await tx.artifact.createMany({
      data: artifacts.map(({ digest, size, graph, rowProof }) => {
        const { format, producer, irVersion, opsets, metadata, metadataOmitted, parameterCount, operators } =
          withoutNul(graph);
        return {
          digest,
          size: BigInt(size),
          format,
          producer,
          irVersion,
          opsets: [...opsets],
          metadata,
          metadataOmitted,
          parameterCount,
          operators,
          rowProof: asJson(rowProof),
        };
      }),
      skipDuplicates: true,
    });
  }

  /** What was found about bytes that were published before anybody looked, or by older rules. */
  async keepRowProof(digest: string, rowProof: RowProof): Promise<void> {
    await this.database.artifact.updateMany({ where: { digest }, data: { rowProof: asJson(rowProof) } });
  }

  async insert(tx: Transaction, version: NewVersion): Promise<{ id: string }> {
    const { pipeline, signature, rewrites, metrics, source, trainingData, environment } = version;
    const { conversion = null, optimization = null, publishedByJob = null, ...rest } = version;
    const { id } = await tx.version.create({
      data: {
        ...rest,
        publishedByJob,
        signature: asJson(signature),
        rewrites: optionalJson(rewrites.length === 0 ? null : rewrites),
        metrics: asJson(metrics),
        pipeline: optionalJson(pipeline),
        source: optionalJson(source),
        trainingData: optionalJson(trainingData.length === 0 ? null : trainingData),
        environment: optionalJson(environment),
        conversion: optionalJson(conversion),
        optimization: optionalJson(optimization),
      },
      select: { id: true },
    });
    return { id };
  }
}

function selectorKey({ selector }: VersionRef): string {
  switch (selector.kind) {
    case 'number':
      return String(selector.number);
    case 'name':
      return selector.name;
    case 'digest':
      return selector.digest;
    case 'default':
      return '';
  }
}

/** Prisma's type for JSON is mutable; ours is not, and nothing writes to it. */
export function asJson(value: unknown): Prisma.InputJsonValue {
  return withoutNul(value) as Prisma.InputJsonValue;
}

/** An absent value is SQL's NULL in the database, and not JSON's null. */
export function optionalJson(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : asJson(value);
}
