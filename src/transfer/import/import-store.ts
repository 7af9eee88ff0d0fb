import type { Prisma, Transaction } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import { isUniqueViolation } from '../../platform/database-errors.js';
import { attachmentColumns, checkModelTexts } from '../../catalog/index.js';
import { asJson, optionalJson } from '../../catalog/index.js';
import { batches } from './batches.js';
import { exampleRow } from '../archive/manifest-examples.js';
import type {
  Manifest,
  ManifestAlias,
  ManifestDescription,
  ManifestEvaluation,
  ManifestTag,
  ManifestVersion,
} from '../archive/manifest.js';

/** An entry of the history with the rows it refers to. */
export interface ImportedChange {
  readonly id: bigint;
  readonly previousId: bigint | null;
  readonly change: Manifest['aliasHistory'][number];
}

/** Writes rows as they were elsewhere: with their own instants and actors, and many at a time. */
export class ImportStore {
  /** @returns its id. @throws DomainError NAME_TAKEN when it was registered at this very moment. */
  async insertModel(
    tx: Transaction,
    name: string,
    model: Manifest['model'],
    latestVersion: number,
  ): Promise<string> {
    try {
      const { id } = await tx.model.create({
        data: { name, ...textsOf(model), ...instantsOf(model), createdBy: model.createdBy, latestVersion },
        select: { id: true },
      });
      return id;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError('NAME_TAKEN', `A model named "${name}" was registered just now. Import again.`, {
        field: ['as'],
        cause: error,
      });
    }
  }

  async growModel(
    tx: Transaction,
    id: string,
    change: { latestVersion: number; updatedAt: Date },
  ): Promise<void> {
    await tx.model.update({ where: { id }, data: change });
  }

  async updateModelTexts(tx: Transaction, id: string, model: Manifest['model']): Promise<void> {
    const { archivedAt } = instantsOf(model);
    await tx.model.update({ where: { id }, data: { ...textsOf(model), archivedAt } });
  }

  /** Those that are here stay as they are. */
  async addDescriptions(
    tx: Transaction,
    modelId: string,
    descriptions: readonly ManifestDescription[],
  ): Promise<void> {
    for (const batch of batches(descriptions))
      await tx.modelDescription.createMany({
        data: batch.map(({ untilVersion, ...texts }) => ({ modelId, untilVersion, ...textsOf(texts) })),
        skipDuplicates: true,
      });
  }

  /** @returns the ids of the new rows, by number. */
  async insertVersions(
    tx: Transaction,
    modelId: string,
    versions: readonly ManifestVersion[],
  ): Promise<Map<number, string>> {
    const ids = new Map<number, string>();
    for (const batch of batches(versions)) {
      const rows = await tx.version.createManyAndReturn({
        data: batch.map((version) => ({
          modelId,
          number: version.number,
          artifactDigest: version.artifact,
          signature: asJson(version.signature),
          rewrites: optionalJson(version.rewrites ?? null),
          pipeline: optionalJson(version.pipeline),
          metrics: asJson(version.metrics),
          notes: version.notes,
          source: optionalJson(version.source),
          trainingData: optionalJson(version.trainingData.length === 0 ? null : version.trainingData),
          environment: optionalJson(version.environment),
          declaresRowsIndependent: version.declaresRowsIndependent ?? false,
          conversion: optionalJson(version.conversion ?? null),
          optimization: optionalJson(version.optimization ?? null),
          disclosesTraining: version.disclosesTraining ?? false,
          createdAt: new Date(version.createdAt),
          createdBy: version.createdBy,
        })),
        select: { id: true, number: true },
      });
      for (const { id, number } of rows) ids.set(number, id);
    }
    return ids;
  }

  async insertExamples(
    tx: Transaction,
    versions: readonly ManifestVersion[],
    versionId: (number: number) => string,
  ): Promise<void> {
    const rows = versions.flatMap(({ number, examples }) =>
      examples.map((example, position) => ({
        versionId: versionId(number),
        position,
        ...exampleRow(example),
      })),
    );
    for (const batch of batches(rows)) await tx.versionExample.createMany({ data: batch });
  }

  async insertAttachments(
    tx: Transaction,
    versions: readonly ManifestVersion[],
    versionId: (number: number) => string,
  ): Promise<void> {
    const rows = versions.flatMap(({ number, attachments = [] }) =>
      attachments.map((attachment, position) => ({
        versionId: versionId(number),
        position,
        ...attachmentColumns(attachment),
      })),
    );
    for (const batch of batches(rows)) await tx.versionAttachment.createMany({ data: batch });
  }

  /** As measured elsewhere: no job of this server found them. */
  async insertEvaluations(
    tx: Transaction,
    evaluations: readonly ManifestEvaluation[],
    versionId: (number: number) => string,
  ): Promise<void> {
    for (const batch of batches(evaluations))
      await tx.evaluation.createMany({
        data: batch.map(({ version, metrics, report, createdAt, ...columns }) => ({
          ...columns,
          versionId: versionId(version),
          metrics: JSON.stringify(metrics),
          report: JSON.stringify(report),
          createdAt: new Date(createdAt),
        })),
      });
  }

  async insertTags(
    tx: Transaction,
    modelId: string,
    tags: readonly ManifestTag[],
    versionId: (number: number) => string,
  ): Promise<void> {
    for (const batch of batches(tags))
      await tx.tag.createMany({
        data: batch.map(({ name, version, createdAt, createdBy }) => ({
          modelId,
          name,
          versionId: versionId(version),
          createdAt: new Date(createdAt),
          createdBy,
        })),
      });
  }

  async pointAlias(tx: Transaction, modelId: string, alias: ManifestAlias, versionId: string): Promise<void> {
    const { name, updatedBy } = alias;
    const target = { versionId, protected: alias.protected, updatedAt: new Date(alias.updatedAt), updatedBy };
    await tx.alias.upsert({
      where: { modelId_name: { modelId, name } },
      create: { modelId, name, ...target },
      update: target,
    });
  }

  async removeAlias(tx: Transaction, modelId: string, name: string): Promise<void> {
    await tx.alias.deleteMany({ where: { modelId, name } });
  }

  /** Ids for so many entries of the history, rising. */
  async takeChangeIds(tx: Transaction, count: number): Promise<bigint[]> {
    if (count === 0) return [];
    const rows = await tx.$queryRaw<{ id: bigint }[]>`
      SELECT nextval(pg_get_serial_sequence('"AliasMove"', 'id')) AS "id" FROM generate_series(1, ${count}::int)`;
    return rows.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1));
  }

  async insertChanges(tx: Transaction, modelId: string, changes: readonly ImportedChange[]): Promise<void> {
    for (const batch of batches(changes))
      await tx.aliasMove.createMany({
        data: batch.map(({ id, previousId, change }) => ({
          id,
          modelId,
          alias: change.alias,
          kind: change.kind,
          fromNumber: change.from,
          toNumber: change.to,
          protected: change.protected,
          previousId,
          reason: change.reason,
          actor: change.actor,
          at: new Date(change.at),
        })),
      });
  }
}

function textsOf(model: Omit<ManifestDescription, 'untilVersion'>) {
  const { labels = [] } = checkModelTexts(model);
  const { title, summary, domain, card } = model;
  return { title, summary, domain, labels, card } satisfies Prisma.ModelUpdateInput;
}

function instantsOf({ createdAt, updatedAt, archivedAt }: Manifest['model']) {
  return {
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    archivedAt: archivedAt === null ? null : new Date(archivedAt),
  };
}
