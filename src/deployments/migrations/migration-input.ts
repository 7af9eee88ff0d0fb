import { DomainError } from '../../platform/errors.js';
import { guardSettings, type GuardInput } from '../guards/index.js';
import { checkInteger } from '../settings/settings-input.js';
import { percentOf, readPart, shareOf, type PartInput } from '../routing/share.js';
import type { MigrationPlan, MigrationStep, MigrationStrategy } from './records.js';

export interface StepInput extends PartInput {
  readonly dwellMs?: number | null | undefined;
  readonly minRequests?: number | null | undefined;
}

/** How to migrate; what is left out has its default. */
export interface PlanInput {
  readonly strategy: MigrationStrategy;
  readonly canary?:
    | {
        readonly steps?: readonly StepInput[] | null | undefined;
        readonly mirrorShare?: number | null | undefined;
      }
    | null
    | undefined;
  readonly shadow?:
    | {
        readonly share?: number | null | undefined;
        readonly dwellMs?: number | null | undefined;
        readonly minRequests?: number | null | undefined;
      }
    | null
    | undefined;
  readonly guards?: GuardInput | null | undefined;
  readonly approval?: boolean | null | undefined;
  readonly keepWarmMs?: number | null | undefined;
}

const DAY_MS = 86_400_000;
const MAX_STEPS = 50;
const MAX_REQUESTS = 1_000_000_000;
const DEFAULT_DWELL_MS = 30_000;
const CANARY_REQUESTS = 20;
const SHADOW_REQUESTS = 100;
const DEFAULT_KEEP_WARM_MS = 600_000;
const DEFAULT_SHARES = [0.1, 0.5];

/** @throws DomainError INVALID_ARGUMENT naming the field, what was expected and what came. */
export function readPlan(input: PlanInput): MigrationPlan {
  const { strategy, canary, shadow } = input;
  if (canary && strategy !== 'CANARY') throw misplaced('canary', 'CANARY', strategy);
  if (shadow && strategy !== 'SHADOW') throw misplaced('shadow', 'SHADOW', strategy);
  return {
    steps:
      strategy === 'CANARY'
        ? canarySteps(canary ?? {})
        : strategy === 'SHADOW'
          ? shadowSteps(shadow ?? {})
          : [],
    approval: input.approval ?? strategy === 'BLUE_GREEN',
    guards: guardSettings(input.guards),
    keepWarmMs: readKeepWarm(input.keepWarmMs),
  };
}

/** @throws DomainError INVALID_ARGUMENT */
export function readKeepWarm(keepWarmMs: number | null | undefined): number {
  const ms = keepWarmMs ?? DEFAULT_KEEP_WARM_MS;
  checkInteger(['keepWarmMs'], ms, 0, 7 * DAY_MS);
  return ms;
}

function canarySteps({ steps, mirrorShare }: NonNullable<PlanInput['canary']>): MigrationStep[] {
  const inputs = steps ?? DEFAULT_SHARES.map((part) => ({ share: part }));
  const field = ['canary', 'steps'];
  if (inputs.length < 1 || inputs.length > MAX_STEPS)
    throw invalid(field, `1 to ${MAX_STEPS} steps`, String(inputs.length));
  const share = readShare(['canary', 'mirrorShare'], mirrorShare);
  let before = 0;
  return inputs.map((input: StepInput, index) => {
    const at = [...field, String(index)];
    const weight = readWeight(input, at, before);
    before = weight;
    return {
      weight,
      mirrorShare: share,
      dwellMs: readDwell([...at, 'dwellMs'], input.dwellMs),
      minRequests: readRequests([...at, 'minRequests'], input.minRequests, CANARY_REQUESTS),
    };
  });
}

/** In per cent. */
function readWeight(input: StepInput, at: readonly string[], before: number): number {
  const { by, value } = readPart(input, at);
  const weight = by === 'share' ? percentOf(value) : value;
  if (weight > before && weight < 100) return weight;
  const range =
    by === 'share'
      ? `more than ${shareOf(before)} and less than 1`
      : `more than ${before} and less than 100 per cent`;
  const whole = by === 'share' ? 1 : 100;
  throw invalid(
    [...at, by],
    `${range}, since each step has more than the one before and the last step is followed by ${whole}`,
    String(value),
  );
}

function shadowSteps({ share, dwellMs, minRequests }: NonNullable<PlanInput['shadow']>): MigrationStep[] {
  const mirrorShare = readShare(['shadow', 'share'], share);
  if (mirrorShare === 0) throw invalid(['shadow', 'share'], 'more than 0 and at most 1', '0');
  return [
    {
      weight: 0,
      mirrorShare,
      dwellMs: readDwell(['shadow', 'dwellMs'], dwellMs),
      minRequests: readRequests(['shadow', 'minRequests'], minRequests, SHADOW_REQUESTS),
    },
  ];
}

function readDwell(field: readonly string[], dwellMs: number | null | undefined): number {
  const ms = dwellMs ?? DEFAULT_DWELL_MS;
  checkInteger(field, ms, 0, 30 * DAY_MS);
  return ms;
}

function readRequests(
  field: readonly string[],
  requests: number | null | undefined,
  byDefault: number,
): number {
  const count = requests ?? byDefault;
  checkInteger(field, count, 0, MAX_REQUESTS);
  return count;
}

function readShare(field: readonly string[], share: number | null | undefined): number {
  const value = share ?? 1;
  if (!(value >= 0 && value <= 1)) throw invalid(field, 'a share from 0 to 1', String(value));
  return value;
}

function misplaced(part: string, belongsTo: MigrationStrategy, strategy: MigrationStrategy): DomainError {
  return invalid(
    [part],
    `nothing, since it belongs to strategy ${belongsTo}`,
    `it with strategy ${strategy}`,
  );
}

function invalid(field: readonly string[], expected: string, got: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${field.join('.')} to be ${expected}, got ${got}.`, {
    field,
  });
}
