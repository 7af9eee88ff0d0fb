import { DomainError } from '../../platform/errors.js';
import type { LastAliasChange } from './alias-history-store.js';
import type { EarlierTarget } from './alias-undo.js';
import type { AliasRecord, ModelRecord } from '../catalog-records.js';

export interface CurrentAlias extends AliasRecord {
  /** Of the version it points to. */
  readonly number: number;
}

/** An alias as its model's lock found it. */
export interface Standing {
  readonly model: ModelRecord;
  readonly current: CurrentAlias | null;
  /** The end of its history; null when there never was such an alias. */
  readonly last: LastAliasChange | null;
}

/** @throws DomainError ALIAS_PROTECTED */
export function checkProtection({ model, current }: Standing, reason: string | null): void {
  if (!current?.protected || (reason !== null && reason.trim() !== '')) return;
  throw new DomainError(
    'ALIAS_PROTECTED',
    `${model.name}@${current.name} is protected: it changes only with a reason. Say why in "reason".`,
    { field: ['reason'] },
  );
}

export function aliasNotFound(model: ModelRecord, alias: string): DomainError {
  return new DomainError('ALIAS_NOT_FOUND', `Model "${model.name}" has no alias ${JSON.stringify(alias)}.`, {
    field: ['alias'],
  });
}

const SHOWN = 8;

export function noEarlierTarget(
  { model, current }: Standing,
  alias: string,
  earlier: readonly EarlierTarget[],
  wanted: { steps: number } | { toNumber: number },
): DomainError {
  const name = `${model.name}@${alias}`;
  const targets = earlier.map(({ toNumber }) => `${model.name}@${toNumber}`);
  const shown = targets.slice(0, SHOWN).join(', ') + (targets.length > SHOWN ? '…' : '');
  const there =
    targets.length === 0
      ? 'It has no earlier target.'
      : targets.length === 1
        ? `Its only earlier target is ${shown}.`
        : `Its ${targets.length} earlier targets are, latest first, ${shown}.`;
  const problem =
    'steps' in wanted
      ? `${name} cannot go back ${wanted.steps === 1 ? 'one step' : `${wanted.steps} steps`}.`
      : wanted.toNumber === current?.number
        ? `${name} points to ${model.name}@${wanted.toNumber} already.`
        : `${model.name}@${wanted.toNumber} is no earlier target of ${name}.`;
  return new DomainError(
    'NO_EARLIER_TARGET',
    `${problem} ${there} To point it anywhere else, use setAlias.`,
    {
      field: ['steps' in wanted ? 'steps' : 'to'],
    },
  );
}
