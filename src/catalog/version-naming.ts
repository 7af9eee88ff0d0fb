import type { Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import { checkReason, newEvent, type CatalogChanges } from './catalog-changes.js';
import type { CatalogStores } from './catalog-stores.js';
import { checkAliasName, checkTagName } from './names.js';
import type { AliasRecord, ModelRecord, VersionRecord } from './records.js';
import { parseSelectorWithin, parseVersionRef } from './version-ref.js';

export interface SetAliasInput {
  readonly model: string;
  readonly alias: string;
  readonly version: string;
  readonly expected?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

export type RemoveAliasInput = Omit<SetAliasInput, 'version'>;

const MAX_TAGS_PER_VERSION = 100;
const MAX_ALIASES_PER_MODEL = 100;

/**
 * The names of versions. All changes to a model's tags and aliases happen under the lock on its row, one at a time, so
 * that no two of them can take the same name, and an `expected` is compared with what is really there.
 */
export class VersionNaming {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
  ) {}

  /** @throws DomainError INVALID_NAME, MODEL_NOT_FOUND, VERSION_NOT_FOUND, TAG_EXISTS, or NAME_TAKEN by an alias. */
  async tagVersion(caller: Caller, input: { version: string; tag: string }): Promise<VersionRecord> {
    const ref = parseVersionRef(input.version, ['version']);
    checkTagName(input.tag, ['tag']);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, ref.model, ['version']);
      const version = await this.stores.resolve(ref, ['version'], tx);
      const taken = await this.stores.versionNames.findTag(tx, model.id, input.tag);
      if (taken) {
        const whose =
          taken.versionId === version.id
            ? 'this version already'
            : `${model.name}@${taken.number} already, and tags never move`;
        throw new DomainError('TAG_EXISTS', `The tag "${input.tag}" names ${whose}. Choose another tag.`, {
          field: ['tag'],
        });
      }
      if (await this.stores.versionNames.findAlias(tx, model.id, input.tag)) {
        throw new DomainError(
          'NAME_TAKEN',
          `"${input.tag}" is an alias of "${model.name}", so it cannot be a tag too. Choose another tag.`,
          { field: ['tag'] },
        );
      }
      if ((await this.stores.versionNames.countTags(tx, version.id)) >= MAX_TAGS_PER_VERSION) {
        throw new DomainError(
          'INVALID_ARGUMENT',
          `Expected at most ${MAX_TAGS_PER_VERSION} tags on one version; ${version.ref} has as many.`,
          { field: ['tag'] },
        );
      }
      await this.stores.versionNames.addTag(tx, {
        modelId: model.id,
        name: input.tag,
        versionId: version.id,
        createdBy: caller.actor,
      });
      await this.stores.models.update(tx, model.id, {});
      return {
        result: version,
        events: [
          newEvent(caller, 'VERSION_TAGGED', `Tagged ${version.ref} as ${input.tag}`, {
            model,
            version,
            data: { tag: input.tag },
          }),
        ],
      };
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND, VERSION_NOT_FOUND or TAG_NOT_FOUND */
  async untagVersion(caller: Caller, input: { version: string; tag: string }): Promise<VersionRecord> {
    const ref = parseVersionRef(input.version, ['version']);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, ref.model, ['version']);
      const version = await this.stores.resolve(ref, ['version'], tx);
      const tag = await this.stores.versionNames.findTag(tx, model.id, input.tag);
      if (tag?.versionId !== version.id) {
        const instead = tag
          ? `It names ${model.name}@${tag.number}.`
          : `Model "${model.name}" has no such tag.`;
        throw new DomainError(
          'TAG_NOT_FOUND',
          `${version.ref} does not carry the tag ${JSON.stringify(input.tag)}. ${instead}`,
          { field: ['tag'] },
        );
      }
      await this.stores.versionNames.removeTag(tx, model.id, input.tag);
      await this.stores.models.update(tx, model.id, {});
      return {
        result: version,
        events: [
          newEvent(caller, 'VERSION_UNTAGGED', `Took the tag ${input.tag} from ${version.ref}`, {
            model,
            version,
            data: { tag: input.tag },
          }),
        ],
      };
    });
  }

  /**
   * Points an alias at a version. Pointing it where it points already changes nothing and tells nobody.
   *
   * @throws DomainError INVALID_NAME, MODEL_NOT_FOUND, VERSION_NOT_FOUND, NAME_TAKEN by a tag, or ALIAS_MOVED when
   * `expected` is stale.
   */
  async setAlias(caller: Caller, input: SetAliasInput): Promise<AliasRecord> {
    checkAliasName(input.alias, ['alias']);
    const selector = parseSelectorWithin(input.model, input.version, ['version']);
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, input.model, ['model']);
      const target = await this.stores.resolve({ model: model.name, selector }, ['version'], tx);
      if (await this.stores.versionNames.findTag(tx, model.id, input.alias)) {
        throw new DomainError(
          'NAME_TAKEN',
          `"${input.alias}" is a tag of "${model.name}", so it cannot be an alias too. Choose another alias.`,
          { field: ['alias'] },
        );
      }
      const current = await this.stores.versionNames.findAlias(tx, model.id, input.alias);
      await this.checkExpected(tx, model, input, current);
      if (current?.versionId === target.id) return { result: current, events: [] };
      if (!current && (await this.stores.versionNames.countAliases(tx, model.id)) >= MAX_ALIASES_PER_MODEL) {
        throw new DomainError(
          'INVALID_ARGUMENT',
          `Expected at most ${MAX_ALIASES_PER_MODEL} aliases on one model; "${model.name}" has as many.`,
          { field: ['alias'] },
        );
      }
      const result = await this.stores.versionNames.pointAlias(tx, {
        modelId: model.id,
        name: input.alias,
        versionId: target.id,
        updatedBy: caller.actor,
      });
      const move = {
        alias: input.alias,
        fromNumber: current?.number ?? null,
        toNumber: target.number,
        reason,
      };
      await this.stores.versionNames.recordMove(tx, { modelId: model.id, actor: caller.actor, ...move });
      await this.stores.models.update(tx, model.id, {});
      const from = current ? ` from ${model.name}@${current.number}` : '';
      return {
        result,
        events: [
          newEvent(caller, 'ALIAS_MOVED', `Moved ${model.name}@${input.alias}${from} to ${target.ref}`, {
            model,
            version: target,
            data: move,
          }),
        ],
      };
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND, ALIAS_NOT_FOUND or ALIAS_MOVED */
  async removeAlias(caller: Caller, input: RemoveAliasInput): Promise<ModelRecord> {
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, input.model, ['model']);
      const current = await this.stores.versionNames.findAlias(tx, model.id, input.alias);
      if (!current)
        throw new DomainError(
          'ALIAS_NOT_FOUND',
          `Model "${model.name}" has no alias ${JSON.stringify(input.alias)}.`,
          { field: ['alias'] },
        );
      await this.checkExpected(tx, model, input, current);
      await this.stores.versionNames.removeAlias(tx, model.id, input.alias);
      const move = { alias: input.alias, fromNumber: current.number, toNumber: null, reason };
      await this.stores.versionNames.recordMove(tx, { modelId: model.id, actor: caller.actor, ...move });
      const result = await this.stores.models.update(tx, model.id, {});
      const version = { id: current.versionId, number: current.number };
      return {
        result,
        events: [
          newEvent(caller, 'ALIAS_REMOVED', `Removed the alias ${model.name}@${input.alias}`, {
            model,
            version,
            data: move,
          }),
        ],
      };
    });
  }

  private async checkExpected(
    tx: Transaction,
    model: ModelRecord,
    input: RemoveAliasInput,
    current: { versionId: string; number: number } | null,
  ): Promise<void> {
    const { expected } = input;
    if (expected === null || expected === undefined) return;
    const field = ['expected'];
    const now = current ? `points to ${model.name}@${current.number}` : 'does not exist';
    if (expected === '') {
      if (!current) return;
      throw new DomainError(
        'ALIAS_MOVED',
        `Expected that ${model.name}@${input.alias} does not exist yet, but it ${now}. Look again and decide anew.`,
        { field },
      );
    }
    const believed = await this.stores.resolve(
      { model: model.name, selector: parseSelectorWithin(model.name, expected, field) },
      field,
      tx,
    );
    if (believed.id === current?.versionId) return;
    throw new DomainError(
      'ALIAS_MOVED',
      `Expected ${model.name}@${input.alias} to point to ${believed.ref}, but it ${now}. Look again and decide anew.`,
      { field },
    );
  }
}
