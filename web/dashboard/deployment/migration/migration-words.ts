import type { GuardKind, MigrationState, MigrationStrategy } from '../../__generated__/operations.js';
import { formatNumber, formatShare, NOTHING } from '../../formats/numbers.js';

const UNDER_WAY: ReadonlySet<MigrationState> = new Set(['LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL']);

export function isUnderWay(state: MigrationState): boolean {
  return UNDER_WAY.has(state);
}

export const STRATEGY_NAMES: Readonly<Record<MigrationStrategy, string>> = {
  CANARY: 'Canary',
  SHADOW: 'Shadow',
  BLUE_GREEN: 'Blue-green',
  IMMEDIATE: 'At once',
};

/** What each strategy does, for whoever chooses one. */
export const STRATEGY_TEXTS: Readonly<Record<MigrationStrategy, string>> = {
  CANARY:
    'The new version gets a growing share of the requests, step by step. Guards roll it back by themselves.',
  SHADOW:
    'The new version is asked what the old one is asked, and the answers are compared. Callers only get the old one’s until the end.',
  BLUE_GREEN: 'The new version is loaded and warmed up beside the old one, and waits until you approve.',
  IMMEDIATE: 'The new version is loaded and warmed up, and then gets all requests at once.',
};

export const GUARD_NAMES: Readonly<Record<GuardKind, string>> = {
  ERROR_RATE: 'Errors',
  P99_RATIO: 'p99 latency',
  OUTPUT_DIFFERENCE: 'Different answers',
  DRIFT: 'Shift of answers',
  EVALUATION: 'Measured quality',
};

/** What a guard measured and what it allows, in the terms of its kind. */
export function guardValue(guard: GuardKind, value: number | null): string {
  if (value === null) return NOTHING;
  if (guard === 'P99_RATIO') return `${formatNumber(value)} ×`;
  if (guard === 'EVALUATION') return formatNumber(value);
  if (guard === 'DRIFT') return `PSI ${formatNumber(value)}`;
  const sign = guard === 'ERROR_RATE' && value > 0 ? '+' : '';
  return `${sign}${formatShare(value)}`;
}
