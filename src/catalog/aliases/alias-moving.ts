import type { Transaction } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { Caller } from '../../security/index.js';
import {
  checkSteps,
  MAX_STEPS,
  type RemoveAliasInput,
  type RollbackAliasInput,
  type SetAliasInput,
} from './alias-input.js';
import {
  aliasNotFound,
  checkProtection,
  noEarlierTarget,
  type CurrentAlias,
  type Standing,
} from './alias-refusals.js';
import { rollbackTarget, undoneTo } from './alias-undo.js';
import { newEvent, type CatalogChanges } from '../catalog-changes.js';
import type { CatalogStores } from '../catalog-stores.js';
import { MAX_ALIASES_PER_MODEL } from '../limits.js';
import { checkAliasName } from '../names.js';
import type { AliasChangeKind, AliasRecord, ModelRecord, VersionRecord } from '../catalog-records.js';
import { isStorable } from '../texts.js';
import { parseSelectorWithin } from '../version-ref.js';
import { checkReason } from '../../platform/text/check-text.js';

interface Change {
  readonly kind: AliasChangeKind;
  readonly alias: string;
  readonly target: VersionRecord | null;
  readonly protected: boolean;
  readonly previousId: bigint | null;
  readonly reason: string | null;
}

/**
 * Aliases: names that move. Every change happens under the lock on the model's row, one at a time, and is one
 * transaction of the pointer, its history and its event: readers see the old target or the new one, an `expected` is
 * compared with what is really there, and the history says exactly what was.
 */
export class AliasMoving {
  constructor(
    private readonly stores: CatalogStores,
    private readonly changes: CatalogChanges,
  ) {}

  /**
   * Points an alias at a version. Pointing it where it points already changes nothing and publishes no event.
   *
   * @throws DomainError INVALID_NAME, MODEL_NOT_FOUND, VERSION_NOT_FOUND, NAME_TAKEN by a tag, ALIAS_MOVED when
   * `expected` is stale, ALIAS_PROTECTED without a reason.
   */
  async setAlias(caller: Caller, input: SetAliasInput): Promise<AliasRecord> {
    checkAliasName(input.alias, ['alias']);
    const selector = parseSelectorWithin(input.model, input.version, ['version']);
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const standing = await this.standing(tx, input);
      const { model, current, last } = standing;
      const target = await this.stores.resolve({ model: model.name, selector }, ['version'], tx);
      await this.checkExpected(tx, standing, input);
      const protection = input.protected ?? current?.protected ?? false;
      const moves = current?.versionId !== target.id;
      if (current && !moves && current.protected === protection) return { result: current, events: [] };
      checkProtection(standing, reason);
      if (!current) await this.checkFree(tx, model, input.alias);
      const removedFrom = last?.toNumber === null ? last.previousId : null;
      const top = removedFrom === null ? last : await this.stores.aliasHistory.entry(tx, removedFrom);
      return this.apply(tx, caller, standing, {
        kind: moves ? 'MOVED' : protection ? 'PROTECTED' : 'UNPROTECTED',
        alias: input.alias,
        target,
        protected: protection,
        previousId: undoneTo(top, target.number),
        reason,
      });
    });
  }

  /**
   * Points an alias where it pointed before: `steps` targets back, or back to the latest time it pointed to `to`. For
   * an alias that was removed, one step back is the target it had.
   *
   * @throws DomainError INVALID_ARGUMENT, MODEL_NOT_FOUND, VERSION_NOT_FOUND, ALIAS_NOT_FOUND when there never was one,
   * NO_EARLIER_TARGET, ALIAS_MOVED, ALIAS_PROTECTED, or NAME_TAKEN by a tag given since the alias was removed.
   */
  async rollbackAlias(caller: Caller, input: RollbackAliasInput): Promise<AliasRecord> {
    const steps = checkSteps(input);
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const standing = await this.standing(tx, input);
      const { model, current, last } = standing;
      if (!last) throw aliasNotFound(model, input.alias);
      await this.checkExpected(tx, standing, input);
      const earlier = await this.stores.aliasHistory.earlier(tx, last, MAX_STEPS);
      const wanted =
        typeof input.to === 'string'
          ? { toNumber: (await this.within(tx, model, input.to, ['to'])).number }
          : { steps };
      const entry =
        'toNumber' in wanted && wanted.toNumber === current?.number ? null : rollbackTarget(earlier, wanted);
      if (!entry) throw noEarlierTarget(standing, input.alias, earlier, wanted);
      checkProtection(standing, reason);
      if (!current) await this.checkFree(tx, model, input.alias);
      const target = await this.stores.resolve(
        { model: model.name, selector: { kind: 'number', number: entry.toNumber } },
        ['alias'],
        tx,
      );
      return this.apply(tx, caller, standing, {
        kind: 'ROLLED_BACK',
        alias: input.alias,
        target,
        protected: current?.protected ?? false,
        previousId: entry.previousId,
        reason,
      });
    });
  }

  /** @throws DomainError MODEL_NOT_FOUND, ALIAS_NOT_FOUND, ALIAS_MOVED or ALIAS_PROTECTED */
  async removeAlias(caller: Caller, input: RemoveAliasInput): Promise<ModelRecord> {
    const reason = checkReason(input.reason);
    return this.changes.commit(async (tx) => {
      const standing = await this.standing(tx, input);
      const { model, current, last } = standing;
      if (!current) throw aliasNotFound(model, input.alias);
      await this.checkExpected(tx, standing, input);
      checkProtection(standing, reason);
      await this.stores.versionNames.removeAlias(tx, model.id, input.alias);
      const { events } = await this.record(tx, caller, standing, {
        kind: 'REMOVED',
        alias: input.alias,
        target: null,
        protected: false,
        previousId: last?.id ?? null,
        reason,
      });
      return { result: await this.stores.models.update(tx, model.id, {}), events };
    });
  }

  private async standing(tx: Transaction, { model: name, alias }: RemoveAliasInput): Promise<Standing> {
    const model = await this.changes.lockModel(tx, name, ['model']);
    // No alias can have such a name, and the database could not even compare some of them.
    if (!isStorable(alias)) return { model, current: null, last: null };
    const current = await this.stores.versionNames.findAlias(tx, model.id, alias);
    const last = await this.stores.aliasHistory.last(tx, { modelId: model.id, name: alias });
    return { model, current, last };
  }

  private async apply(tx: Transaction, caller: Caller, standing: Standing, change: Change) {
    const { model } = standing;
    const { events, at } = await this.record(tx, caller, standing, change);
    const result = await this.stores.versionNames.pointAlias(tx, {
      modelId: model.id,
      name: change.alias,
      versionId: change.target?.id ?? '',
      protected: change.protected,
      updatedBy: caller.actor,
      updatedAt: at,
    });
    await this.stores.models.update(tx, model.id, {});
    return { result, events };
  }

  /** Writes the history and words the event. */
  private async record(tx: Transaction, caller: Caller, { model, current, last }: Standing, change: Change) {
    const { kind, alias, target, reason } = change;
    const now = new Date();
    // A clock that was set back must not make the history run backwards.
    const at = last && last.at > now ? last.at : now;
    const told = {
      alias,
      fromNumber: current?.number ?? null,
      toNumber: target?.number ?? null,
      protected: change.protected,
      reason,
    };
    const { previousId } = change;
    await this.stores.aliasHistory.add(tx, {
      modelId: model.id,
      actor: caller.actor,
      kind,
      previousId,
      at,
      ...told,
    });
    const version = target ?? (current && { id: current.versionId, number: current.number });
    const event = newEvent(caller, EVENT_KINDS[kind], messageOf(model, change, current), {
      model,
      ...(version && { version }),
      data: { ...told, change: kind },
    });
    return { at, events: [event] };
  }

  private async checkFree(tx: Transaction, model: ModelRecord, alias: string): Promise<void> {
    const alike = await this.stores.versionNames.alike(tx, model.id, alias);
    if (alike.tag !== null) {
      throw new DomainError(
        'NAME_TAKEN',
        `"${alike.tag}" is a tag of "${model.name}", so "${alias}" cannot be an alias too. Choose another alias.`,
        { field: ['alias'] },
      );
    }
    if (alike.alias !== null) {
      throw new DomainError(
        'NAME_TAKEN',
        `"${model.name}" has an alias "${alike.alias}", and "${alias}" differs only in case. Use that one, or choose another.`,
        { field: ['alias'] },
      );
    }
    if ((await this.stores.versionNames.countAliases(tx, model.id)) < MAX_ALIASES_PER_MODEL) return;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected at most ${MAX_ALIASES_PER_MODEL} aliases on one model; "${model.name}" has as many.`,
      { field: ['alias'] },
    );
  }

  private within(tx: Transaction, model: ModelRecord, text: string, field: string[]): Promise<VersionRecord> {
    const selector = parseSelectorWithin(model.name, text, field);
    return this.stores.resolve({ model: model.name, selector }, field, tx);
  }

  private async checkExpected(
    tx: Transaction,
    { model, current }: Standing,
    { alias, expected }: RemoveAliasInput,
  ): Promise<void> {
    if (expected === null || expected === undefined) return;
    const field = ['expected'];
    const now = current ? `points to ${model.name}@${current.number}` : 'does not exist';
    if (expected === '') {
      if (!current) return;
      throw new DomainError(
        'ALIAS_MOVED',
        `Expected that ${model.name}@${alias} does not exist yet, but it ${now}. Look again and decide anew.`,
        { field },
      );
    }
    const believed = await this.within(tx, model, expected, field);
    if (believed.id === current?.versionId) return;
    throw new DomainError(
      'ALIAS_MOVED',
      `Expected ${model.name}@${alias} to point to ${believed.ref}, but it ${now}. Look again and decide anew.`,
      { field },
    );
  }
}

const EVENT_KINDS = {
  MOVED: 'ALIAS_MOVED',
  ROLLED_BACK: 'ALIAS_MOVED',
  REMOVED: 'ALIAS_REMOVED',
  PROTECTED: 'ALIAS_PROTECTION_CHANGED',
  UNPROTECTED: 'ALIAS_PROTECTION_CHANGED',
} as const satisfies Record<AliasChangeKind, string>;

function messageOf(
  model: ModelRecord,
  { kind, alias, target }: Change,
  current: CurrentAlias | null,
): string {
  const name = `${model.name}@${alias}`;
  const from = current ? ` from ${model.name}@${current.number}` : '';
  switch (kind) {
    case 'MOVED':
      return `Moved ${name}${from} to ${target?.ref ?? ''}`;
    case 'ROLLED_BACK':
      return `Rolled ${name} back${from} to ${target?.ref ?? ''}`;
    case 'REMOVED':
      return `Removed the alias ${name}`;
    case 'PROTECTED':
      return `Protected the alias ${name}`;
    case 'UNPROTECTED':
      return `Took the protection from the alias ${name}`;
  }
}
