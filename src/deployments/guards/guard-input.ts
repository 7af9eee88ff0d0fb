import { DomainError } from '../../platform/errors.js';
import {
  DEFAULT_DRIFT,
  DEFAULT_ERROR_RATE,
  DEFAULT_GUARDS,
  DEFAULT_OUTPUT_DIFFERENCE,
  DEFAULT_P99_RATIO,
  type GuardSettings,
} from './guard-settings.js';

/** A guard left out is the default, null is off; a number left out or null is that guard's default. */
export interface GuardInput {
  readonly errorRate?: Numbers<'maxIncrease'>;
  readonly p99Ratio?: Numbers<'max' | 'minimumMs'>;
  readonly outputDifference?: Numbers<'tolerance' | 'maxShare'>;
  readonly drift?: Numbers<'maxPsi'>;
  readonly evaluation?: EvaluationGuardInput | null | undefined;
  readonly confidence?: number | null | undefined;
}

export interface EvaluationGuardInput {
  readonly metric: string;
  readonly dataset: string;
  readonly maxLoss?: number | null | undefined;
}

type Numbers<Name extends string> = { readonly [Key in Name]?: number | null | undefined } | null | undefined;

type Range = readonly [from: number, to: number];

const MAX_TEXT = 200;
const HOUR_MS = 3_600_000;

/** @throws DomainError INVALID_ARGUMENT naming the field below `guards`, what was expected and what came. */
export function guardSettings(input: GuardInput | null | undefined): GuardSettings {
  const given = input ?? {};
  return {
    errorRate: guard('errorRate', given.errorRate, DEFAULT_GUARDS.errorRate, DEFAULT_ERROR_RATE, {
      maxIncrease: [0, 1],
    }),
    p99Ratio: guard('p99Ratio', given.p99Ratio, DEFAULT_GUARDS.p99Ratio, DEFAULT_P99_RATIO, {
      max: [1, 1_000],
      minimumMs: [0, HOUR_MS],
    }),
    outputDifference: guard(
      'outputDifference',
      given.outputDifference,
      DEFAULT_GUARDS.outputDifference,
      DEFAULT_OUTPUT_DIFFERENCE,
      { tolerance: [0, Number.MAX_VALUE], maxShare: [0, 1] },
    ),
    drift: guard('drift', given.drift, DEFAULT_GUARDS.drift, DEFAULT_DRIFT, { maxPsi: [0.001, 100] }),
    evaluation: evaluationGuard(given.evaluation),
    confidence: checked(
      ['guards', 'confidence'],
      given.confidence ?? DEFAULT_GUARDS.confidence,
      [0.5, 0.999999],
    ),
  };
}

function evaluationGuard(
  given: EvaluationGuardInput | null | undefined,
): NonNullable<GuardSettings['evaluation']> | null {
  if (!given) return null;
  const { metric, dataset, maxLoss } = given;
  const text = (name: string, value: string) => {
    const field = ['guards', 'evaluation', name];
    if (value.trim() !== '' && value.length <= MAX_TEXT) return value.trim();
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${field.join('.')} to have 1 to ${MAX_TEXT} characters, got ${value.length}.`,
      { field },
    );
  };
  return {
    metric: text('metric', metric),
    dataset: text('dataset', dataset),
    maxLoss: checked(['guards', 'evaluation', 'maxLoss'], maxLoss ?? 0, [0, Number.MAX_VALUE]),
  };
}

function guard<Name extends string>(
  name: string,
  given: Numbers<Name>,
  unasked: Readonly<Record<Name, number>> | null,
  defaults: Readonly<Record<Name, number>>,
  ranges: Readonly<Record<Name, Range>>,
): Readonly<Record<Name, number>> | null {
  if (given === null) return null;
  if (given === undefined) return unasked;
  const settings: Record<Name, number> = { ...defaults };
  for (const key of Object.keys(ranges) as Name[])
    settings[key] = checked(['guards', name, key], given[key] ?? defaults[key], ranges[key]);
  return settings;
}

function checked(field: readonly string[], value: number, [from, to]: Range): number {
  if (value >= from && value <= to) return value;
  const range = to === Number.MAX_VALUE ? `${from} or more` : `from ${from} to ${to}`;
  throw new DomainError('INVALID_ARGUMENT', `Expected ${field.join('.')} to be ${range}, got ${value}.`, {
    field,
  });
}
