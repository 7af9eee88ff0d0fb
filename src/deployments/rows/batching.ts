import { requiredInputs, type Signature } from '../../tensors/index.js';
import type { BatchingSettings } from '../records.js';
import { mayRunTogether, type RowVerdict, type TrialOutcome } from './row-verdict.js';

/** Whether requests of different callers run together, after what is known of rows and what the settings want. */
export type Batching = { readonly rows: RowVerdict } & (
  | { readonly enabled: true; readonly maxBatchSize: number; readonly maxDifference: number | null }
  | { readonly enabled: false; readonly reason: string }
);

/** @param trials null where there were none */
export function batchingOf(
  rows: RowVerdict,
  trials: TrialOutcome | null,
  signature: Signature,
  settings: BatchingSettings,
): Batching {
  const off = (reason: string): Batching => ({ rows, enabled: false, reason });
  if (!settings.enabled) return off('Turned off by batching.enabled');
  if (!mayRunTogether(rows)) return off(rows.reason ?? 'Nothing shows that it treats rows apart');
  const obstacle = obstacleOf(signature);
  if (obstacle !== null) return off(obstacle);
  const maxDifference = trials?.agrees === true ? trials.maxDifference : null;
  return { rows, enabled: true, maxBatchSize: settings.maxBatchSize, maxDifference };
}

/** Why nothing can be joined, whatever is known of rows; null where it can. */
export function obstacleOf(signature: Signature): string | null {
  const { outputs } = signature;
  const inputs = requiredInputs(signature);
  // An output need not be declared at all; where it has not one row for each row, a run together is given up.
  const declared = [...inputs, ...outputs.filter(({ unranked }) => unranked !== true)];
  const fixed = declared.find(({ shape, unranked }) => unranked === true || shape[0] !== -1);
  if (fixed) return `"${fixed.name}" has no variable first dimension to join rows along`;
  return inputs.length === 0 ? 'It has no inputs' : null;
}
