import type { ArtifactStore, StoredArtifact } from '../../artifacts/index.js';
import type { Inspection } from '../../runtime/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { parsePipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Caller } from '../../security/index.js';
import { checkAttachmentInputs, newEvent, type CatalogChanges, withTokenizers } from '../../catalog/index.js';
import type { CatalogStores } from '../../catalog/index.js';
import type { ModelRecord } from '../../catalog/index.js';
import type { PublishingDependencies } from '../../catalog/index.js';
import { ArchiveReader } from '../archive/archive-reader.js';
import { batches } from './batches.js';
import { checkSignature } from '../archive/check-signature.js';
import { checkAttached } from '../archive/manifest-attachments.js';
import { checkExamples } from '../archive/manifest-examples.js';
import { planImport, type ImportPlan, type PlanOptions } from './import-plan.js';
import { foreignParents, type ImportWriter } from './import-writer.js';
import { ImportedBlobs, ofArchive } from './imported-blobs.js';
import type { Manifest, ManifestVersion } from '../archive/manifest.js';
import type { ForeignVersion, MissingParentStore } from './missing-parent-store.js';
import type { SnapshotStore } from '../snapshot-store.js';

export interface ImportOrder extends Omit<PlanOptions, 'targetModel' | 'hasReason'> {
  readonly archive: StoredArtifact;
  /** The name the model gets; null for its own. */
  readonly as: string | null;
  readonly dryRun: boolean;
  readonly reason: string | null;
}

export interface ImportOutcome {
  readonly plan: ImportPlan;
  readonly blobs: { readonly count: number; readonly bytes: number };
  /** What new versions were made from and this catalog does not have, each once. */
  readonly missingParents: readonly ForeignVersion[];
  /** False for a dry run, or when everything was here already. */
  readonly changed: boolean;
  /** The model as it is here now; null when a trial has not made it. */
  readonly model: ModelRecord | null;
}

/** Ten thousands of versions take their time, above all on a busy machine; half of them would be worse. */
const COMMIT_MS = 600_000;

/** Registered or deleted between the plan and its transaction: planned anew, and not without end. */
const ATTEMPTS = 3;

export class ModelImporter {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
    private readonly snapshots: SnapshotStore,
    private readonly parents: MissingParentStore,
    private readonly writer: ImportWriter,
    private readonly archives: ArtifactStore,
    private readonly deps: PublishingDependencies,
  ) {}

  /**
   * Reads all of an archive, decides, and then changes the catalog in one transaction or not at all. Files come first:
   * what is stored without a version harms nobody.
   *
   * @throws DomainError ARCHIVE_INVALID, ARCHIVE_UNSUPPORTED, IMPORT_CONFLICT, MODEL_ARCHIVED, ALIAS_PROTECTED,
   * INVALID_MODEL, UNSUPPORTED_MODEL, INVALID_PIPELINE, INVALID_INSTANCE, INVALID_TENSOR, ARTIFACT_TOO_LARGE, STORAGE_FULL
   */
  async import(caller: Caller, order: ImportOrder, signal: AbortSignal): Promise<ImportOutcome> {
    const reader = await ArchiveReader.open(this.archives, order.archive);
    const archive = this.withPipelines(reader.manifest);
    const options = {
      targetModel: order.as ?? archive.model.name,
      onConflict: order.onConflict,
      hasReason: order.reason !== null,
    };
    const here = await this.snapshots.read(options.targetModel);
    if (!here) await this.refuseOtherCase(options.targetModel);
    const plan = planImport(archive, here?.manifest ?? null, options);
    if (!order.dryRun) refuse(plan);
    const blobs = new ImportedBlobs(this.deps);
    try {
      const added = addedVersions(plan, archive);
      await blobs.take(reader, added, attachedTo(added), signal);
      const instances = this.deps.instances.withFiles((digest) => Promise.resolve(blobs.fileOf(digest)));
      for (const version of added) {
        const inspection = inspected(blobs, version);
        checkSignature(version, inspection);
        const { tables } = inspection.rowProof;
        const fileOf = (digest: string) => blobs.fileOf(digest);
        await checkAttached(version, { reader: instances, fileOf, tables }, signal);
        await checkExamples(version, instances);
      }
      const about = { blobs: blobs.written, missingParents: await this.missing(added, options.targetModel) };
      // When everything is here already there is nothing to wait for others with.
      if (order.dryRun || !plan.changes) {
        const model = await this.stores.models.find(options.targetModel);
        return { plan, ...about, changed: false, model };
      }
      await blobs.keep();
      return { ...about, ...(await this.commit(caller, { archive, blobs, options, order })) };
    } finally {
      await blobs.discard();
    }
  }

  /** @throws DomainError NAME_TAKEN */
  private async refuseOtherCase(name: string, tx?: Transaction): Promise<void> {
    const other = await this.snapshots.sameButCase(name, tx);
    if (other === null) return;
    throw new DomainError(
      'NAME_TAKEN',
      `There is a model named "${other}", which differs from "${name}" only in case. Import it under another name.`,
      { field: ['as'] },
    );
  }

  private async commit(
    caller: Caller,
    work: { archive: Manifest; blobs: ImportedBlobs; options: PlanOptions; order: ImportOrder },
  ): Promise<Pick<ImportOutcome, 'plan' | 'changed' | 'model'>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.changes.commit((tx) => this.apply(tx, caller, work), { timeoutMs: COMMIT_MS });
      } catch (error) {
        const isRace = error instanceof DomainError && error.code === 'NAME_TAKEN';
        if (!isRace || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async apply(
    tx: Transaction,
    caller: Caller,
    {
      archive,
      blobs,
      options,
      order,
    }: { archive: Manifest; blobs: ImportedBlobs; options: PlanOptions; order: ImportOrder },
  ) {
    const { targetModel } = options;
    await this.stores.models.lock(tx, targetModel);
    const here = await this.snapshots.readWithin(tx, targetModel);
    if (!here) await this.refuseOtherCase(targetModel, tx);
    // Planned again, since what was here may have changed while the files were read.
    const plan = planImport(archive, here?.manifest ?? null, options);
    refuse(plan);
    if (!plan.changes)
      return {
        result: { plan, changed: false, model: await this.stores.models.find(targetModel, tx) },
        events: [],
      };
    await this.artifacts(tx, addedVersions(plan, archive), archive, blobs);
    await this.writer.write(tx, { plan, archive, here });
    const model = await this.stores.models.find(targetModel, tx);
    if (!model) throw new DomainError('INTERNAL', 'The imported model is not there.');
    const data = {
      archive: order.archive.digest,
      sourceModel: plan.sourceModel,
      versionsAdded: addedVersions(plan, archive).length,
      aliasesMoved: plan.aliases.filter(({ action }) => action !== 'PRESENT').map(({ name }) => name),
      reason: order.reason,
    };
    return {
      result: { plan, changed: true, model },
      events: [newEvent(caller, 'MODEL_IMPORTED', messageOf(plan, data.versionsAdded), { model, data })],
    };
  }

  /** What the new versions consist of, as publishing makes it known. */
  private async artifacts(
    tx: Transaction,
    added: readonly ManifestVersion[],
    archive: Manifest,
    blobs: ImportedBlobs,
  ): Promise<void> {
    await this.stores.versions.holdCollections(tx);
    for (const version of added) checkSignature(version, inspected(blobs, version));
    const sizes = new Map(archive.blobs.map(({ digest, size }) => [digest, size]));
    const first = new Map(added.map((version) => [version.artifact, version]));
    for (const digest of attachedTo(added))
      await this.deps.artifacts.stat(digest).catch((error: unknown) => {
        throw changedMeanwhile(error);
      });
    const artifacts = await Promise.all(
      [...first].map(async ([digest, version]) => {
        await this.deps.artifacts.stat(digest).catch((error: unknown) => {
          throw changedMeanwhile(error);
        });
        const { graph, rowProof } = inspected(blobs, version);
        return { digest, size: sizes.get(digest) ?? 0, graph, rowProof };
      }),
    );
    for (const batch of batches(artifacts)) await this.stores.versions.ensureArtifacts(tx, batch);
  }

  private async missing(added: readonly ManifestVersion[], targetModel: string): Promise<ForeignVersion[]> {
    const foreign = foreignParents(added);
    const ids = await this.parents.find(foreign);
    const missing = foreign.filter(({ model }, index) => ids[index] === null || model === targetModel);
    return [...new Map(missing.map((parent) => [`${parent.model}@${parent.number}`, parent])).values()];
  }

  /** With every pipeline in the form in which publishing would store it. @throws DomainError INVALID_PIPELINE */
  private withPipelines(manifest: Manifest): Manifest {
    const versions = manifest.versions.map((version) => {
      if (version.pipeline === null) return version;
      try {
        // What another catalog published is taken as it is, so not as `parseNewPipeline` reads it.
        const parsed = parsePipeline(version.pipeline, version.signature);
        const pipeline = withTokenizers(parsed, checkAttachmentInputs(version.attachments ?? []));
        return { ...version, pipeline: pipeline as unknown as typeof version.pipeline };
      } catch (error) {
        throw ofArchive(error, `version ${version.number}`);
      }
    });
    return { ...manifest, versions };
  }
}

function refuse({ refusal }: ImportPlan): void {
  if (refusal) throw new DomainError(refusal.code, refusal.message, { field: refusal.field });
}

function addedVersions({ versions }: ImportPlan, archive: Manifest): ManifestVersion[] {
  return archive.versions.filter((_, index) => versions[index]?.action === 'ADDED');
}

function attachedTo(versions: readonly ManifestVersion[]): Set<string> {
  return new Set(versions.flatMap(({ attachments = [] }) => attachments.map(({ digest }) => digest)));
}

function inspected(blobs: ImportedBlobs, version: ManifestVersion): Inspection {
  const inspection = blobs.inspection(version);
  // It was not needed when the files were read: a version that was here has been deleted since.
  if (!inspection) throw changedMeanwhile();
  return inspection;
}

function changedMeanwhile(cause?: unknown): DomainError {
  return new DomainError(
    'UNAVAILABLE',
    'The catalog changed while the archive was read: something that was here was removed. Import again.',
    { retryAfterMs: 1_000, cause },
  );
}

function messageOf({ sourceModel, targetModel }: ImportPlan, added: number): string {
  const name = sourceModel === targetModel ? targetModel : `${targetModel}, which was ${sourceModel},`;
  return `Imported model ${name} with ${added} new ${added === 1 ? 'version' : 'versions'}`;
}
