import { DomainError } from '../platform/errors.js';
import type { Caller } from '../security/index.js';
import { newEvent, type CatalogChanges } from './catalog-changes.js';
import type { CatalogStores } from './catalog-stores.js';
import { MAX_TAGS_PER_VERSION } from './limits.js';
import { checkNewTagName } from './names.js';
import type { VersionRecord } from './catalog-records.js';
import { isStorable } from './texts.js';
import { parseVersionRef } from './version-ref.js';
import { checkReason } from '../platform/text/check-text.js';

export interface TagVersionInput {
  readonly version: string;
  readonly tag: string;
  /** Why, for the event. */
  readonly reason?: string | null | undefined;
}

/** Tags: names that never move. Taking one away is an event of its own, and the only way to free its name. */
export class VersionTagging {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
  ) {}

  /** @throws DomainError INVALID_NAME, MODEL_NOT_FOUND, VERSION_NOT_FOUND, TAG_EXISTS, or NAME_TAKEN by an alias. */
  async tagVersion(caller: Caller, input: TagVersionInput): Promise<VersionRecord> {
    const ref = parseVersionRef(input.version, ['version']);
    checkNewTagName(input.tag, ['tag']);
    const reason = checkReason(input.reason);
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
      const alike = await this.stores.versionNames.alike(tx, model.id, input.tag);
      if (alike.alias !== null) {
        throw new DomainError(
          'NAME_TAKEN',
          `"${alike.alias}" is an alias of "${model.name}", so "${input.tag}" cannot be a tag too. Choose another tag.`,
          { field: ['tag'] },
        );
      }
      if (alike.tag !== null) {
        throw new DomainError(
          'TAG_EXISTS',
          `"${model.name}" has a tag "${alike.tag}", and "${input.tag}" differs only in case. Choose another tag.`,
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
            data: { tag: input.tag, reason },
          }),
        ],
      };
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND, VERSION_NOT_FOUND or TAG_NOT_FOUND */
  async untagVersion(caller: Caller, input: TagVersionInput): Promise<VersionRecord> {
    const ref = parseVersionRef(input.version, ['version']);
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const model = await this.changes.lockModel(tx, ref.model, ['version']);
      const version = await this.stores.resolve(ref, ['version'], tx);
      const tag = isStorable(input.tag)
        ? await this.stores.versionNames.findTag(tx, model.id, input.tag)
        : null;
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
            data: { tag: input.tag, reason },
          }),
        ],
      };
    });
  }
}
