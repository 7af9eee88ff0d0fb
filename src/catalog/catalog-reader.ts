import type { RowProof } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';
import type { CatalogStores } from './catalog-stores.js';
import type { ExampleRecord } from './publishing/examples.js';
import type { ModelOrder, ModelPosition, Window } from './keyset.js';
import { lineages } from './lineage.js';
import type { ModelFilter } from './model-filter.js';
import type { AliasInstant, AliasKey } from './aliases/alias-history-store.js';
import type {
  AliasChangeRecord,
  AliasRecord,
  ArtifactRecord,
  DerivationRecord,
  DescriptionRecord,
  LineageDirection,
  LineageRecord,
  ModelRecord,
  Numbered,
  TagRecord,
  VersionRecord,
} from './catalog-records.js';
import { isStorable } from './texts.js';
import { parseVersionRef, type VersionRef } from './version-ref.js';

/** The end of the years that are written with four digits. */
const MAX_INSTANT = Date.UTC(9999, 11, 31);
/** Of examples that are read together. */
const MAX_EXAMPLE_BYTES = 32 * 1_024 * 1_024;

/**
 * Everything that can be read. Methods in the plural take all keys at once and cost a constant number of statements;
 * unless they say otherwise they answer in no particular order and leave out what does not exist.
 *
 * @throws DomainError UNAVAILABLE, from every method, while the database cannot be reached.
 */
export class CatalogReader {
  constructor(protected readonly stores: CatalogStores) {}

  async findModel(name: string): Promise<ModelRecord | null> {
    return this.stores.models.find(name);
  }

  /** @throws DomainError MODEL_NOT_FOUND, naming what exists. */
  async requireModel(name: string, field: readonly string[] = ['name']): Promise<ModelRecord> {
    const model = await this.stores.models.find(name);
    if (!model) throw await this.stores.unknownModel(name, field);
    return model;
  }

  /** @throws DomainError INVALID_ARGUMENT or INVALID_NAME when `ref` cannot be the reference of anything. */
  async findVersion(ref: string, field: readonly string[] = ['ref']): Promise<VersionRecord | null> {
    const parsed = parseVersionRef(ref, field);
    const [version = null] = await this.stores.versions.resolve([parsed]);
    return version;
  }

  /** As `findVersion`, with one statement in the common case. @throws DomainError MODEL_NOT_FOUND or VERSION_NOT_FOUND, naming what exists. */
  async resolveVersion(ref: string, field: readonly string[] = ['version']): Promise<VersionRecord> {
    return this.stores.resolve(parseVersionRef(ref, field), field);
  }

  /** The digests of all files that versions consist of. */
  async artifactDigests(): Promise<string[]> {
    return this.stores.versions.artifactDigests();
  }

  /** The version that a job published; null before it did. */
  async versionPublishedBy(job: string): Promise<VersionRecord | null> {
    return this.stores.versions.publishedBy(job);
  }

  /** What each reference means, in their order. */
  async versionsByRefs(refs: readonly VersionRef[]): Promise<(VersionRecord | null)[]> {
    return this.stores.versions.resolve(refs);
  }

  async listModels(
    filter: ModelFilter,
    order: ModelOrder,
    window: Window<ModelPosition>,
  ): Promise<ModelRecord[]> {
    return this.stores.models.page(filter, order, window);
  }

  async countModels(filter: ModelFilter): Promise<number> {
    return this.stores.models.count(filter);
  }

  async modelsByIds(ids: readonly string[]): Promise<ModelRecord[]> {
    return this.stores.models.byIds(ids);
  }

  async cardsOfModels(ids: readonly string[]): Promise<{ id: string; card: string }[]> {
    return this.stores.models.cards(ids);
  }

  /** What a model said of itself when each version from one number to another was published; by number. */
  async descriptionsOfVersions(
    modelId: string,
    numbers: { readonly from: number; readonly to: number },
  ): Promise<Map<number, DescriptionRecord>> {
    return this.stores.descriptions.ofVersions(modelId, numbers);
  }

  async versionsByIds(ids: readonly string[]): Promise<VersionRecord[]> {
    return this.stores.versions.byIds(ids);
  }

  /** The same page of each model's versions, newest first within a model; positions are version numbers. */
  async versionsOfModels(modelIds: readonly string[], window: Window<number>): Promise<VersionRecord[]> {
    return this.stores.versions.pages(modelIds, window);
  }

  async countVersionsOfModels(modelIds: readonly string[]): Promise<{ modelId: string; count: number }[]> {
    return this.stores.versions.counts(modelIds);
  }

  async artifactsByDigests(digests: readonly string[]): Promise<ArtifactRecord[]> {
    return this.stores.versions.artifacts(digests);
  }

  /** Bytes of those of the files that are attached to a version of the model, by digest. */
  async attachedSizes(modelId: string, digests: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.stores.attachments.sizes(modelId, digests);
  }

  /** Whether rows are independent in the bytes of an artifact, as the rules that are now in force found. */
  async keepRowProof(digest: string, proof: RowProof): Promise<void> {
    await this.stores.versions.keepRowProof(digest, proof);
  }

  /** All tags and aliases of a model with the numbers of their versions, by name. */
  async namesOfModel(
    modelId: string,
  ): Promise<{ tags: Numbered<TagRecord>[]; aliases: Numbered<AliasRecord>[] }> {
    return this.stores.versionNames.ofModel(modelId);
  }

  /** What the examples of each of these versions take, by its id; versions without any are left out. */
  async exampleBytesOfVersions(versionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.stores.examples.bytes(versionIds);
  }

  /**
   * In the publisher's order within a version.
   *
   * @throws DomainError INVALID_ARGUMENT when they are more than one answer can hold
   */
  async examplesOfVersions(versionIds: readonly string[]): Promise<ExampleRecord[]> {
    const sizes = await this.stores.examples.bytes(versionIds);
    if (sizes.size === 0) return [];
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes <= MAX_EXAMPLE_BYTES) return this.stores.examples.ofVersions(versionIds);
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected examples of at most ${MAX_EXAMPLE_BYTES} bytes in one answer, got ${bytes}, of ${versionIds.length} versions. Ask for those of fewer versions at once.`,
    );
  }

  /** By name within a version. */
  async tagsOfVersions(versionIds: readonly string[]): Promise<TagRecord[]> {
    return this.stores.versionNames.tagsOfVersions(versionIds);
  }

  /** By name within a version. */
  async aliasesOfVersions(versionIds: readonly string[]): Promise<AliasRecord[]> {
    return this.stores.versionNames.aliasesOfVersions(versionIds);
  }

  /** By name within a model. */
  async aliasesOfModels(modelIds: readonly string[]): Promise<AliasRecord[]> {
    return this.stores.versionNames.aliasesOfModels(modelIds);
  }

  /** Each alias as it is now, in their order; null where there is none. */
  async aliasesByNames(keys: readonly AliasKey[]): Promise<(AliasRecord | null)[]> {
    const aliases = await this.stores.versionNames.aliasesByNames(
      keys.filter(({ name }) => isStorable(name)),
    );
    const found = new Map(aliases.map((alias) => [`${alias.modelId}/${alias.name}`, alias]));
    return keys.map(({ modelId, name }) => found.get(`${modelId}/${name}`) ?? null);
  }

  /** Each alias as it was at an instant, in their order; null where there was none. Of the future: as it is now. */
  async aliasesAt(keys: readonly AliasInstant[]): Promise<(AliasRecord | null)[]> {
    // A name the database cannot hold was never an alias; the empty one was not either. Nor had anything begun in 1970.
    return this.stores.aliasHistory.at(
      keys.map(({ modelId, name, at }) => ({
        modelId,
        name: isStorable(name) ? name : '',
        at: new Date(Math.min(Math.max(at.getTime(), 0), MAX_INSTANT)),
      })),
    );
  }

  /** The same page of each alias's history, newest first; positions are ids. */
  async historyOfAliases(keys: readonly AliasKey[], window: Window<bigint>): Promise<AliasChangeRecord[]> {
    return this.stores.aliasHistory.pages(
      keys.filter(({ name }) => isStorable(name)),
      window,
    );
  }

  /** The same page of the history of all aliases of each model, those that were removed included. */
  async aliasHistoryOfModels(
    modelIds: readonly string[],
    window: Window<bigint>,
  ): Promise<AliasChangeRecord[]> {
    return this.stores.aliasHistory.pagesOfModels(modelIds, window);
  }

  /** How much ever happened to each alias, or, without a name, to all of its model's; in their order. */
  async countAliasChanges(
    keys: readonly { readonly modelId: string; readonly name: string | null }[],
  ): Promise<number[]> {
    return this.stores.aliasHistory.counts(
      // A name the database cannot hold was never an alias; the empty one was not either.
      keys.map(({ modelId, name }) => ({ modelId, name: name === null || isStorable(name) ? name : '' })),
    );
  }

  async derivationsOfVersions(versionIds: readonly string[]): Promise<DerivationRecord[]> {
    return this.stores.lineage.parents(versionIds);
  }

  /** The same page of what was made from each version, newest first; positions are the children's ids. */
  async derivativesOfVersions(
    versionIds: readonly string[],
    window: Window<string>,
  ): Promise<DerivationRecord[]> {
    return this.stores.lineage.children(versionIds, window);
  }

  async countDerivativesOfVersions(
    versionIds: readonly string[],
  ): Promise<{ parentId: string; count: number }[]> {
    return this.stores.lineage.countsOfChildren(versionIds);
  }

  /** See `lineages`. @throws DomainError INVALID_ARGUMENT for a depth that is not from 1 to 100. */
  async lineagesOfVersions(
    versionIds: readonly string[],
    direction: LineageDirection,
    depth: number,
  ): Promise<Map<string, LineageRecord>> {
    return lineages(this.stores.lineage, versionIds, direction, depth);
  }
}
