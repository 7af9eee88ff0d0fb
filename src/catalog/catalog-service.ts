import { newEvent, CatalogChanges } from './catalog-changes.js';
import type { EventLog } from '../platform/events/index.js';
import type { Database } from '../platform/database/index.js';
import type { RemoteEngines } from '../runtime/index.js';
import type { ArtifactSources } from '../sources/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import type { RemoveAliasInput, RollbackAliasInput, SetAliasInput } from './aliases/alias-input.js';
import { AliasMoving } from './aliases/alias-moving.js';
import { ArtifactDamageEvents } from './artifacts/artifact-damage.js';
import {
  ArtifactCollection,
  type CollectArtifactsInput,
  type Collection,
} from './artifacts/artifact-collection.js';
import { ArtifactFetch } from './artifacts/artifact-fetch.js';
import { ArtifactIntake } from './artifacts/artifact-intake.js';
import { LocatedIntake } from './artifacts/located-intake.js';
import type { StoredBytes } from './artifacts/stored-bytes.js';
import { CatalogReader } from './catalog-reader.js';
import { CatalogStores } from './catalog-stores.js';
import { checkModelTexts, type RegisterModelInput, type UpdateModelInput } from './model-input.js';
import { checkName } from './names.js';
import type { ArtifactInput, PublishVersionInput } from './publishing/publication-input.js';
import type { AliasRecord, ModelRecord, VersionRecord } from './catalog-records.js';
import {
  VersionPublisher,
  type MadeByJob,
  type PublishingDependencies,
} from './publishing/version-publisher.js';
import { VersionTagging, type TagVersionInput } from './version-tagging.js';
import { checkReason } from '../platform/text/check-text.js';

export interface CatalogDependencies extends PublishingDependencies {
  readonly database: Database;
  readonly events: EventLog;
  readonly remotes: RemoteEngines;
  readonly sources: ArtifactSources;
}

/** Reads the catalog and makes every change to it. */
export class CatalogService extends CatalogReader {
  private readonly changes: CatalogChanges;
  private readonly tagging: VersionTagging;
  private readonly aliases: AliasMoving;
  private readonly publisher: VersionPublisher;
  private readonly intake: ArtifactIntake;
  private readonly collection: ArtifactCollection;
  /** The job that fetches artifacts from where they lie. */
  readonly fetching: ArtifactFetch;
  /** For the artifact store's observer. */
  readonly damageEvents: ArtifactDamageEvents;

  constructor(private readonly deps: CatalogDependencies) {
    const stores = new CatalogStores(deps.database);
    super(stores);
    const located = new LocatedIntake(deps.artifacts, deps.sources, deps.graphs);
    this.intake = new ArtifactIntake(deps.artifacts, located, deps.remotes);
    this.fetching = new ArtifactFetch(located);
    this.changes = new CatalogChanges(stores, deps.events);
    this.tagging = new VersionTagging(stores, this.changes);
    this.aliases = new AliasMoving(stores, this.changes);
    this.publisher = new VersionPublisher(stores, this.changes, this.intake, deps);
    this.collection = new ArtifactCollection(stores, this.changes, deps.artifacts);
    this.damageEvents = new ArtifactDamageEvents(stores, deps.events);
  }

  /** When an artifact's stored bytes were found damaged; null while nothing is known of it. */
  damagedAt(digest: string): Date | null {
    return this.deps.artifacts.damageOf(digest)?.foundAt ?? null;
  }

  /** @throws DomainError INVALID_NAME, INVALID_ARGUMENT or NAME_TAKEN */
  async registerModel(caller: Caller, input: RegisterModelInput): Promise<ModelRecord> {
    checkName('model', input.name, ['name']);
    const {
      title,
      summary = '',
      labels = [],
      card = '',
    } = checkModelTexts({ ...input, title: input.title === '' ? null : input.title });
    const texts = { title: title ?? input.name, summary, domain: input.domain, labels, card };
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.stores.models.insert(tx, input.name, texts, caller.actor);
      return {
        result: model,
        events: [
          newEvent(caller, 'MODEL_REGISTERED', `Registered model ${model.name}`, { model, data: { reason } }),
        ],
      };
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND or INVALID_ARGUMENT */
  async updateModel(caller: Caller, input: UpdateModelInput): Promise<ModelRecord> {
    const texts = checkModelTexts(input);
    const changed = Object.keys(texts);
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, input.name, ['name']);
      if (changed.length === 0) return { result: model, events: [] };
      await this.stores.descriptions.keep(tx, model.id);
      const result = await this.stores.models.update(tx, model.id, texts);
      return {
        result,
        events: [
          newEvent(caller, 'MODEL_UPDATED', `Changed ${changed.join(', ')} of model ${model.name}`, {
            model,
            data: { changed, reason },
          }),
        ],
      };
    });
  }

  /** Archives a model, or brings it back. Doing what is done already changes nothing. @throws DomainError MODEL_NOT_FOUND */
  async archiveModel(
    caller: Caller,
    input: { name: string; archived: boolean; reason?: string | null | undefined },
  ): Promise<ModelRecord> {
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, input.name, ['name']);
      if ((model.archivedAt !== null) === input.archived) return { result: model, events: [] };
      const result = await this.stores.models.update(tx, model.id, {
        archivedAt: input.archived ? new Date() : null,
      });
      const message = input.archived ? `Archived model ${model.name}` : `Brought model ${model.name} back`;
      return {
        result,
        events: [
          newEvent(caller, 'MODEL_ARCHIVED', message, { model, data: { archived: input.archived, reason } }),
        ],
      };
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND, or MODEL_IN_USE when it is not archived or something depends on it. */
  async deleteModel(
    caller: Caller,
    input: { name: string; reason?: string | null | undefined },
  ): Promise<{ id: string; name: string }> {
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, input.name, ['name']);
      if (model.archivedAt === null)
        throw inUse(`Model "${model.name}" is in use: archive it first with archiveModel, then delete it.`);
      const live = await this.stores.models.liveDeployments(tx, model.id);
      if (live.length > 0)
        throw inUse(`Model "${model.name}" is still deployed as ${live.join(', ')}: undeploy that first.`);
      const children = await this.stores.models.derivedElsewhere(tx, model.id);
      if (children.length > 0)
        throw inUse(
          `Versions of other models were made from "${model.name}": ${children.join(', ')}. Delete those first.`,
        );
      await this.stores.models.remove(tx, model.id);
      const { id, name } = model;
      return {
        result: { id, name },
        events: [newEvent(caller, 'MODEL_DELETED', `Deleted model ${name}`, { model, data: { reason } })],
      };
    });
  }

  /** See `VersionPublisher` for these three. */
  publishVersion(caller: Caller, input: PublishVersionInput, signal?: AbortSignal): Promise<VersionRecord> {
    return this.publisher.publish(caller, input, signal);
  }

  publishMade(
    caller: Caller,
    input: PublishVersionInput,
    made: MadeByJob,
    signal?: AbortSignal,
  ): Promise<VersionRecord> {
    return this.publisher.publish(caller, input, signal, made);
  }

  checkPublication(input: Omit<PublishVersionInput, 'artifact'>): Promise<void> {
    return this.publisher.check(input);
  }

  /** See `ArtifactIntake`. */
  takeArtifact(input: ArtifactInput, signal?: AbortSignal): Promise<StoredBytes> {
    return this.intake.take(input, signal);
  }

  /** See `ArtifactCollection.collect`. */
  collectArtifacts(caller: Caller, input: CollectArtifactsInput): Promise<Collection> {
    return this.collection.collect(caller, input);
  }

  /** See `VersionTagging` for these two. */
  tagVersion(caller: Caller, input: TagVersionInput): Promise<VersionRecord> {
    return this.tagging.tagVersion(caller, input);
  }

  untagVersion(caller: Caller, input: TagVersionInput): Promise<VersionRecord> {
    return this.tagging.untagVersion(caller, input);
  }

  /** See `AliasMoving` for these three. */
  setAlias(caller: Caller, input: SetAliasInput): Promise<AliasRecord> {
    return this.aliases.setAlias(caller, input);
  }

  rollbackAlias(caller: Caller, input: RollbackAliasInput): Promise<AliasRecord> {
    return this.aliases.rollbackAlias(caller, input);
  }

  removeAlias(caller: Caller, input: RemoveAliasInput): Promise<ModelRecord> {
    return this.aliases.removeAlias(caller, input);
  }
}

function inUse(message: string): DomainError {
  return new DomainError('MODEL_IN_USE', message, { field: ['name'] });
}
