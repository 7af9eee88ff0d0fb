import { DomainError } from '../../platform/errors.js';

/** Null and undefined both mean: not given. */
export interface RemoveAliasInput {
  readonly model: string;
  readonly alias: string;
  /** Where the alias is believed to point; the empty text: that it does not exist. */
  readonly expected?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

export interface SetAliasInput extends RemoveAliasInput {
  readonly version: string;
  readonly protected?: boolean | null | undefined;
}

export interface RollbackAliasInput extends RemoveAliasInput {
  /** 1 when neither this nor `to` is given. */
  readonly steps?: number | null | undefined;
  readonly to?: string | null | undefined;
}

/** How far back a rollback may go. */
export const MAX_STEPS = 1_000;

/** @throws DomainError INVALID_ARGUMENT */
export function checkSteps({ steps, to }: RollbackAliasInput): number {
  if (typeof steps === 'number' && typeof to === 'string') {
    throw new DomainError('INVALID_ARGUMENT', 'Expected one of steps and to, got both. Leave one out.', {
      field: ['steps'],
    });
  }
  const wanted = steps ?? 1;
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MAX_STEPS) return wanted;
  throw new DomainError('INVALID_ARGUMENT', `Expected steps from 1 to ${MAX_STEPS}, got ${wanted}.`, {
    field: ['steps'],
  });
}
