import type { Rewrite } from '../onnx/index.js';
import type { Signature } from '../tensors/index.js';
import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import { isName, sameButCase } from '../catalog/index.js';
import type {
  ConversionRecord,
  Dataset,
  Environment,
  Metric,
  OptimizationRecord,
  Source,
} from '../catalog/index.js';
import { FORMAT_VERSION } from './archive/archive-layout.js';
import { manifestAttachment } from './archive/manifest-attachments.js';
import { manifestEvaluations } from './archive/manifest-evaluations.js';
import { manifestExample } from './archive/manifest-examples.js';
import { FORMAT, type Manifest, type ManifestParent, type ManifestVersion } from './archive/manifest.js';

/** A model with all that belongs to it at one instant, and the rows behind what it says. */
export interface ModelSnapshot {
  readonly modelId: string;
  readonly manifest: Manifest;
  /** By number. */
  readonly versionIds: ReadonlyMap<number, string>;
  /** In the order of the manifest's history. */
  readonly changeIds: readonly bigint[];
}

const NUMBER = { version: { select: { number: true } } } as const;
const SIZE = { artifact: { select: { size: true } } } as const;

/** With its files beside the graph, in the publisher's order. */
const FILES = { ...SIZE, attachments: { orderBy: { position: 'asc' } } } as const;

type VersionRow = Prisma.VersionGetPayload<{ include: typeof FILES }>;

interface ModelRows {
  readonly model: Prisma.ModelGetPayload<object>;
  readonly versions: readonly VersionRow[];
  readonly examples: readonly Prisma.VersionExampleGetPayload<object>[];
  readonly evaluations: readonly Prisma.EvaluationGetPayload<{ include: typeof NUMBER }>[];
  readonly descriptions: readonly Prisma.ModelDescriptionGetPayload<object>[];
  readonly tags: readonly Prisma.TagGetPayload<{ include: typeof NUMBER }>[];
  readonly aliases: readonly Prisma.AliasGetPayload<{ include: typeof NUMBER }>[];
  readonly aliasMoves: readonly Prisma.AliasMoveGetPayload<object>[];
  /** By the id of the version that was made from them. */
  readonly parents: ReadonlyMap<string, ManifestParent[]>;
}

/** Reads whole models: everything an archive says, in the form in which it says it. */
export class SnapshotStore {
  constructor(private readonly database: Database) {}

  /** The model as it is at one instant, however many change it meanwhile; null when there is none. */
  async read(name: string): Promise<ModelSnapshot | null> {
    return this.database.$transaction((tx) => this.readWithin(tx, name), {
      isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead,
    });
  }

  /** A model whose name differs from this one only in case; null when there is none. */
  async sameButCase(name: string, tx: Transaction = this.database): Promise<string | null> {
    // ILIKE, which takes an underscore for any character: what it finds is looked at again.
    const rows = await tx.model.findMany({
      where: { name: { equals: name, mode: 'insensitive' } },
      select: { name: true },
    });
    return rows.find((row) => row.name !== name && sameButCase(row.name, name))?.name ?? null;
  }

  /** The same within a transaction that keeps others from changing the model. */
  async readWithin(tx: Transaction, name: string): Promise<ModelSnapshot | null> {
    // Also keeps characters away that the database cannot even compare.
    if (!isName(name)) return null;
    const model = await tx.model.findUnique({ where: { name } });
    if (!model) return null;
    const ofModel = { where: { modelId: model.id } };
    // One after the other: a transaction has one connection, and that does one thing at a time.
    const rows = {
      model,
      versions: await tx.version.findMany({ ...ofModel, include: FILES, orderBy: { number: 'asc' } }),
      examples: await tx.versionExample.findMany({
        where: { version: { modelId: model.id } },
        orderBy: { position: 'asc' },
      }),
      evaluations: await tx.evaluation.findMany({
        where: { version: { modelId: model.id } },
        include: NUMBER,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      }),
      descriptions: await tx.modelDescription.findMany({ ...ofModel, orderBy: { untilVersion: 'asc' } }),
      tags: await tx.tag.findMany({ ...ofModel, include: NUMBER }),
      aliases: await tx.alias.findMany({ ...ofModel, include: NUMBER }),
      aliasMoves: await tx.aliasMove.findMany({ ...ofModel, orderBy: { id: 'asc' } }),
      parents: await this.parents(tx, model.id, name),
    } satisfies ModelRows;
    return {
      modelId: model.id,
      manifest: manifestOf(rows),
      versionIds: new Map(rows.versions.map(({ number, id }) => [number, id])),
      changeIds: rows.aliasMoves.map(({ id }) => id),
    };
  }

  /** What each version was made from, by its id: those of this catalog, and those it does not have. */
  private async parents(
    tx: Transaction,
    modelId: string,
    name: string,
  ): Promise<Map<string, ManifestParent[]>> {
    const child = { child: { modelId } };
    const known = await tx.derivation.findMany({
      where: child,
      include: {
        parent: { select: { number: true, artifactDigest: true, model: { select: { name: true } } } },
      },
    });
    const missing = await tx.missingParent.findMany({ where: child });
    const parents = new Map<string, ManifestParent[]>();
    const add = (childId: string, parent: ManifestParent) => {
      const list = parents.get(childId);
      if (list) list.push(parent);
      else parents.set(childId, [parent]);
    };
    for (const { childId, relation, parent } of known) {
      const { number, artifactDigest, model } = parent;
      add(childId, {
        model: model.name === name ? null : model.name,
        number,
        digest: artifactDigest,
        relation,
      });
    }
    for (const { childId, ...parent } of missing) add(childId, parent);
    return parents;
  }
}

function manifestOf(rows: ModelRows): Manifest {
  const evaluations = manifestEvaluations(rows.evaluations);
  const { model, versions, examples, descriptions, tags, aliases, aliasMoves, parents } = rows;
  const examplesOf = new Map<string, ManifestVersion['examples']>();
  for (const example of examples)
    examplesOf.set(example.versionId, [
      ...(examplesOf.get(example.versionId) ?? []),
      manifestExample(example),
    ]);
  const places = new Map(aliasMoves.map(({ id }, index) => [id, index]));
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    model: {
      name: model.name,
      title: model.title,
      summary: model.summary,
      domain: model.domain,
      labels: model.labels,
      card: model.card,
      createdAt: model.createdAt.toISOString(),
      createdBy: model.createdBy,
      updatedAt: model.updatedAt.toISOString(),
      archivedAt: model.archivedAt?.toISOString() ?? null,
    },
    descriptions: descriptions.map(({ untilVersion, title, summary, domain, labels, card }) => ({
      untilVersion,
      title,
      summary,
      domain,
      labels,
      card,
    })),
    versions: versions.map((version) =>
      versionOf(version, parents.get(version.id) ?? [], examplesOf.get(version.id) ?? []),
    ),
    ...(evaluations.length > 0 ? { evaluations } : {}),
    tags: tags
      .map(({ name, version, createdAt, createdBy }) => ({
        name,
        version: version.number,
        createdAt: createdAt.toISOString(),
        createdBy,
      }))
      .sort(byText(({ name }) => name)),
    aliases: aliases
      .map(({ name, version, protected: isProtected, updatedAt, updatedBy }) => ({
        name,
        version: version.number,
        protected: isProtected,
        updatedAt: updatedAt.toISOString(),
        updatedBy,
      }))
      .sort(byText(({ name }) => name)),
    aliasHistory: aliasMoves.map((move) => ({
      alias: move.alias,
      kind: move.kind,
      from: move.fromNumber,
      to: move.toNumber,
      protected: move.protected,
      previous: move.previousId === null ? null : (places.get(move.previousId) ?? null),
      reason: move.reason,
      actor: move.actor,
      at: move.at.toISOString(),
    })),
    blobs: [
      ...new Map(
        versions.flatMap(({ artifactDigest, artifact, attachments }) => [
          [artifactDigest, artifact.size] as const,
          ...attachments.map(({ digest, size }) => [digest, size] as const),
        ]),
      ),
    ]
      .map(([digest, size]) => ({ digest, size: Number(size) }))
      .sort(byText(({ digest }) => digest)),
  };
}

function versionOf(
  row: VersionRow,
  parents: ManifestParent[],
  examples: ManifestVersion['examples'],
): ManifestVersion {
  const signature = row.signature as unknown as Signature;
  const source = row.source as unknown as Source | null;
  const environment = row.environment as unknown as Environment | null;
  return {
    number: row.number,
    artifact: row.artifactDigest,
    signature: signature as ManifestVersion['signature'],
    ...(row.rewrites === null ? {} : { rewrites: row.rewrites as unknown as Rewrite[] }),
    pipeline: row.pipeline as ManifestVersion['pipeline'],
    metrics: (row.metrics as unknown as Metric[]).map(({ name, value, unit, dataset, higherIsBetter }) => ({
      name,
      value,
      unit,
      dataset,
      higherIsBetter,
    })),
    notes: row.notes,
    source,
    trainingData: ((row.trainingData ?? []) as unknown as Dataset[]).map(({ name, url, digest, split }) => ({
      name,
      url,
      digest,
      split,
    })),
    environment: environment as ManifestVersion['environment'],
    ...(row.declaresRowsIndependent ? { declaresRowsIndependent: true as const } : {}),
    ...(row.conversion === null ? {} : { conversion: row.conversion as unknown as ConversionRecord }),
    ...(row.optimization === null ? {} : { optimization: row.optimization as unknown as OptimizationRecord }),
    ...(row.disclosesTraining ? { disclosesTraining: true as const } : {}),
    ...(row.attachments.length > 0 ? { attachments: row.attachments.map(manifestAttachment) } : {}),
    derivedFrom: parents.sort(
      byText(({ model, number }) => `${model ?? ''}@${String(number).padStart(10, '0')}`),
    ),
    examples,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
}

/** By UTF-16 characters: the same on every machine, whatever the database's language is. */
function byText<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
