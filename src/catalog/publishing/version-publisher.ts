import type { ArtifactStore } from '../../artifacts/index.js';
import type { Inspection } from '../../runtime/index.js';
import { derivedPipeline, parseNewPipeline, type InstanceReader } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { RuntimeGraphs } from '../../runtime/index.js';
import type { Caller } from '../../security/index.js';
import { checkAttachmentInputs } from '../attachments/attachment-input.js';
import { checkAttachedTokenizers, withTokenizers } from '../attachments/attached-tokenizers.js';
import { checkAttachments, storedFiles } from '../attachments/check-attachments.js';
import { at, type ArtifactIntake } from '../artifacts/artifact-intake.js';
import { newEvent, type CatalogChanges } from '../catalog-changes.js';
import type { CatalogStores } from '../catalog-stores.js';
import type { ConversionRecord } from '../conversions/conversion-record.js';
import type { OptimizationRecord } from '../optimizations/optimization-record.js';
import { checkExampleCount, takeExamples } from './example-intake.js';
import { checkPublicationTexts, type PublishVersionInput } from './publication-input.js';
import type { DerivationRelation, ModelRecord, VersionRecord } from '../catalog-records.js';
import { parseVersionRef } from '../version-ref.js';
import { checkReason } from '../../platform/text/check-text.js';

export interface PublishingDependencies {
  readonly artifacts: ArtifactStore;
  readonly graphs: RuntimeGraphs;
  readonly instances: InstanceReader;
}

/** What a job says of the version that it publishes. */
export interface MadeByJob {
  /** Of the job: it publishes one version. */
  readonly job: string;
  readonly conversion?: ConversionRecord;
  readonly optimization?: OptimizationRecord;
}

export class VersionPublisher {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
    private readonly intake: ArtifactIntake,
    private readonly deps: PublishingDependencies,
  ) {}

  /**
   * Publishes the next version. The file is read and judged before the transaction begins, so that the number is
   * taken only for a version that will exist.
   *
   * @throws DomainError MODEL_NOT_FOUND, MODEL_ARCHIVED, VERSION_NOT_FOUND, INVALID_ARGUMENT, ARTIFACT_NOT_FOUND,
   * ARTIFACT_TOO_LARGE, ARTIFACT_CORRUPT, INVALID_MODEL, UNSUPPORTED_MODEL, INVALID_PIPELINE, and what `takeExamples`
   * and `checkAttachments` throw
   */
  async publish(
    caller: Caller,
    input: PublishVersionInput,
    signal?: AbortSignal,
    made?: MadeByJob,
  ): Promise<VersionRecord> {
    const model = await this.modelInUse(input.model);
    const texts = checkPublicationTexts(input);
    const reason = checkReason(input.reason);
    checkExampleCount(input.examples ?? []);
    const attached = checkAttachmentInputs(input.attachments ?? []);
    const derivedFrom = await this.parents(input);

    const { digest, size, foundAt } = await this.intake.take(input.artifact, signal);
    const { signature, graph, rewrites, rowProof } = await at(['artifact'], () =>
      this.inspect(digest, signal),
    );
    const pipeline =
      input.pipeline === null || input.pipeline === undefined
        ? null
        : withTokenizers(parseNewPipeline(input.pipeline, signature), attached);
    if (pipeline !== null)
      await checkAttachedTokenizers(pipeline, attached, this.deps.instances, rowProof.tables);
    const examples = await takeExamples(input.examples ?? [], signature, pipeline, this.deps.instances);
    const attachments = await checkAttachments({
      attachments: attached,
      pipeline: pipeline ?? derivedPipeline(signature),
      reader: this.deps.instances,
      fileOf: storedFiles(this.deps.artifacts, signal),
      signal,
    });

    return this.changes.commit(async (tx) => {
      const number = await this.stores.models.takeNextNumber(tx, model.id);
      if (number === null)
        throw (await this.stores.models.find(model.name, tx))
          ? archived(model.name)
          : await this.stores.unknownModel(model.name, ['model'], tx);
      // Removed since by a collection of unused artifacts: then there is nothing to publish.
      await this.stores.versions.lockArtifacts(tx, [digest, ...attachments.map((each) => each.digest)]);
      await at(['artifact'], () => this.deps.artifacts.stat(digest));
      for (const each of attachments) await at(['attachments'], () => this.deps.artifacts.stat(each.digest));
      await this.stores.versions.ensureArtifacts(tx, [{ digest, size, graph, rowProof }]);
      const { id } = await this.stores.versions.insert(tx, {
        modelId: model.id,
        number,
        artifactDigest: digest,
        signature,
        rewrites,
        pipeline,
        ...texts,
        source: texts.source ?? (foundAt === undefined ? null : { ...foundAt, dirty: null }),
        ...(made && {
          conversion: made.conversion,
          optimization: made.optimization,
          publishedByJob: made.job,
        }),
        createdBy: caller.actor,
      });
      await this.stores.lineage.add(tx, id, derivedFrom);
      await this.stores.examples.insert(tx, id, examples);
      await this.stores.attachments.insert(tx, id, attachments);
      const version = await this.stores.resolve(
        { model: model.name, selector: { kind: 'number', number } },
        ['model'],
        tx,
      );
      const published = newEvent(caller, 'VERSION_PUBLISHED', `Published ${model.name}@${number}`, {
        model,
        version: { id, number },
        data: { digest, reason },
      });
      return { result: version, events: [published] };
    });
  }

  /**
   * Finds what is wrong with a publication before its bytes are there.
   *
   * @throws DomainError as `publish`
   */
  async check(input: Omit<PublishVersionInput, 'artifact'>): Promise<void> {
    await this.modelInUse(input.model);
    checkPublicationTexts(input);
    checkReason(input.reason);
    checkAttachmentInputs(input.attachments ?? []);
    await this.parents(input);
  }

  private async inspect(digest: string, signal: AbortSignal | undefined): Promise<Inspection> {
    const { artifacts, graphs } = this.deps;
    try {
      return await graphs.inspect(digest, signal);
    } catch (error) {
      // A collection may have removed the file before it was opened: that is no fault of the model's.
      await artifacts.stat(digest);
      throw error;
    }
  }

  private async modelInUse(name: string): Promise<ModelRecord> {
    const model = await this.stores.models.find(name);
    if (!model) throw await this.stores.unknownModel(name, ['model']);
    if (model.archivedAt !== null) throw archived(name);
    return model;
  }

  private async parents(
    input: Pick<PublishVersionInput, 'derivedFrom'>,
  ): Promise<{ parentId: string; relation: DerivationRelation }[]> {
    const parents = new Map<string, DerivationRelation>();
    for (const [index, { version, relation }] of (input.derivedFrom ?? []).entries()) {
      const field = ['derivedFrom', String(index), 'version'];
      const { id, ref } = await this.stores.resolve(parseVersionRef(version, field), field);
      if (parents.has(id))
        throw new DomainError(
          'INVALID_ARGUMENT',
          `Expected each version once in derivedFrom, got ${ref} twice.`,
          { field },
        );
      parents.set(id, relation);
    }
    return [...parents].map(([parentId, relation]) => ({ parentId, relation }));
  }
}

function archived(name: string): DomainError {
  return new DomainError(
    'MODEL_ARCHIVED',
    `Model "${name}" is archived and takes no new versions. Bring it back with archiveModel(archived: false), or publish to another model.`,
    {
      field: ['model'],
    },
  );
}
