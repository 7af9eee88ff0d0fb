import type { VersionRecord } from '../../catalog/index.js';
import { loggedFields } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { similarNames } from '../../platform/similar-names.js';
import { formatDuration } from '../../platform/text/duration.js';
import type { PredictionLogSettings } from '../records.js';
import { DEFAULT_PREDICTION_LOG } from './default-settings.js';

/** The share has no default: how much of what callers send is kept is for whoever deploys to say. */
export interface PredictionLogInput {
  readonly sampleRate: number;
  /** Milliseconds. */
  readonly retention?: number | null | undefined;
  /** Bytes come as whole numbers of any size. */
  readonly maxBytes?: bigint | number | null | undefined;
  readonly mask?: readonly string[] | null | undefined;
  readonly subject?: string | null | undefined;
}

const HOUR_MS = 3_600_000;
const LONGEST_MS = 3_660 * 86_400_000;
const LEAST_BYTES = 65_536;
const MOST_BYTES = 2 ** 40;
const MAX_FIELDS = 100;

/** @throws DomainError INVALID_ARGUMENT */
export function predictionLogSettings(input: PredictionLogInput): PredictionLogSettings {
  const { sampleRate, subject = null } = input;
  const retentionMs = input.retention ?? DEFAULT_PREDICTION_LOG.retentionMs;
  const maxBytes = Number(input.maxBytes ?? DEFAULT_PREDICTION_LOG.maxBytes);
  const mask = [...new Set(input.mask ?? [])].sort();
  if (!(sampleRate > 0 && sampleRate <= 1))
    throw invalid('sampleRate', 'above 0, at most 1 (predictionLog: null keeps none)', String(sampleRate));
  if (!(retentionMs >= HOUR_MS && retentionMs <= LONGEST_MS))
    throw invalid(
      'retention',
      `from ${formatDuration(HOUR_MS)} to ${formatDuration(LONGEST_MS)}`,
      formatDuration(retentionMs),
    );
  if (!Number.isInteger(maxBytes) || maxBytes < LEAST_BYTES || maxBytes > MOST_BYTES)
    throw invalid('maxBytes', `from ${LEAST_BYTES} to ${MOST_BYTES}`, String(maxBytes));
  if (mask.length > MAX_FIELDS)
    throw invalid('mask', `to have at most ${MAX_FIELDS} names`, String(mask.length));
  return { sampleRate, retentionMs, maxBytes, mask, subject };
}

/** Whether a version has the fields that are to be masked. @throws DomainError INVALID_ARGUMENT naming those it has */
export function checkLoggedFields(
  settings: PredictionLogSettings | null,
  { pipeline, signature, ref }: VersionRecord,
): void {
  if (settings === null) return;
  const known = loggedFields(pipeline, signature);
  for (const name of settings.mask)
    if (!known.all.includes(name)) throw unknownField('mask', name, known.all, ref);
  if (settings.subject !== null && !known.asked.includes(settings.subject))
    throw unknownField('subject', settings.subject, known.asked, ref);
}

function unknownField(
  setting: 'mask' | 'subject',
  name: string,
  known: readonly string[],
  ref: string,
): DomainError {
  const [nearest] = similarNames(name, known, 1);
  const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected predictionLog.${setting} to name ${setting === 'mask' ? 'fields, results or tensors' : 'a field or an input'} of ${ref}, which has ${known.join(', ')}; got ${JSON.stringify(name.slice(0, 100))}.${meant}`,
    { field: ['predictionLog', setting] },
  );
}

function invalid(name: string, expected: string, got: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected predictionLog.${name} ${expected}, got ${got}.`, {
    field: ['predictionLog', name],
  });
}
