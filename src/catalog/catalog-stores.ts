import type { Database, Transaction } from '../platform/database/index.js';
import { AliasHistoryStore } from './aliases/alias-history-store.js';
import { AttachmentStore } from './attachments/attachment-store.js';
import { ExampleStore } from './publishing/example-store.js';
import { LineageStore } from './lineage-store.js';
import { ModelDescriptionStore } from './model-description-store.js';
import { ModelStore } from './model-store.js';
import { modelNotFound, versionNotFound } from './not-found.js';
import type { VersionRecord } from './catalog-records.js';
import { VersionNameStore } from './version-name-store.js';
import type { VersionRef } from './version-ref.js';
import { VersionStore } from './version-store.js';

/** Enough names to find the one that was meant. */
const NAMES_FOR_SUGGESTIONS = 2_000;

export class CatalogStores {
  readonly models: ModelStore;
  readonly descriptions: ModelDescriptionStore;
  readonly versions: VersionStore;
  readonly versionNames: VersionNameStore;
  readonly aliasHistory: AliasHistoryStore;
  readonly lineage: LineageStore;
  readonly examples: ExampleStore;
  readonly attachments: AttachmentStore;

  constructor(database: Database) {
    this.models = new ModelStore(database);
    this.descriptions = new ModelDescriptionStore(database);
    this.versions = new VersionStore(database);
    this.versionNames = new VersionNameStore(database);
    this.aliasHistory = new AliasHistoryStore(database);
    this.lineage = new LineageStore(database);
    this.examples = new ExampleStore(database);
    this.attachments = new AttachmentStore(database);
  }

  /** One statement when the version exists. @throws DomainError MODEL_NOT_FOUND or VERSION_NOT_FOUND, naming what does. */
  async resolve(ref: VersionRef, field: readonly string[], tx?: Transaction): Promise<VersionRecord> {
    const [version] = await this.versions.resolve([ref], tx);
    if (version) return version;
    const model = await this.models.find(ref.model, tx);
    if (!model) throw await this.unknownModel(ref.model, field, tx);
    const names = await this.versionNames.names(tx, model.id);
    throw versionNotFound(ref, { latestVersion: model.latestVersion, ...names }, field);
  }

  async unknownModel(name: string, field: readonly string[], tx?: Transaction): Promise<Error> {
    return modelNotFound(name, await this.models.names(NAMES_FOR_SUGGESTIONS, tx), field);
  }
}
