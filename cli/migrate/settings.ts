import type { CanaryStepInput, GuardsInput, MigrateDeploymentInput } from '../__generated__/operations.js';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import type { Values } from '../option.js';
import { labelled } from '../push/labelled.js';
import { inPercent } from '../terminal/format.js';

/** Options for how a migration goes and what ends it. */
export const MIGRATION_SETTINGS = {
  'allow-breaking': {
    kind: 'flag',
    describe: 'Even where callers would be refused or misled; see retort compare',
  },
  step: {
    kind: 'texts',
    describe: 'CANARY: PERCENT[,dwell-ms=…][,requests=…]; several times, each with more than the one before',
    completes: 'nothing',
  },
  'mirror-share': {
    kind: 'number',
    min: 0,
    max: 1,
    describe: 'CANARY, SHADOW: share of requests both versions are asked, to compare',
  },
  'dwell-ms': { kind: 'number', whole: true, min: 0, describe: 'SHADOW: how long to mirror at least' },
  'min-requests': {
    kind: 'number',
    whole: true,
    min: 0,
    describe: 'SHADOW: how many requests must have been mirrored',
  },
  approval: { kind: 'flag', describe: 'Hold after the last step until --resume' },
  'max-error-increase': {
    kind: 'number',
    min: 0,
    max: 1,
    describe: 'Guard: share of failures above that of the old version',
  },
  'max-p99-ratio': {
    kind: 'number',
    min: 1,
    describe: 'Guard: p99 as a multiple of that of the old version',
  },
  'max-different': {
    kind: 'number',
    min: 0,
    max: 1,
    describe: 'Guard: share of compared requests whose answers may differ',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    describe: 'Guard: with --max-different, the largest difference of a number that is none',
  },
  'max-drift': { kind: 'number', min: 0, describe: 'Guard: population stability index of the answers' },
  'max-loss': {
    kind: 'text',
    describe:
      'Guard: METRIC[=LOSS],dataset=NAME: how much worse a metric may be that retort evaluate measured of both versions',
    completes: 'nothing',
  },
  'no-guards': { kind: 'flag', describe: 'Watch nothing' },
  'keep-warm-ms': {
    kind: 'number',
    whole: true,
    min: 0,
    describe: 'How long the replaced version stays in memory',
  },
} as const;

type Settings = Omit<MigrateDeploymentInput, 'deployment' | 'version' | 'strategy' | 'reason' | 'waitMs'>;

/** The same as the API takes them. @throws Failure USAGE */
export function migrationSettings(values: Values<typeof MIGRATION_SETTINGS>, strategy: string): Settings {
  const steps = values.step.map(parseStep);
  if (strategy !== 'CANARY' && steps.length > 0) throw wrongUsage('--step goes with --strategy canary.');
  if (strategy !== 'SHADOW' && (values.dwellMs ?? values.minRequests) !== undefined)
    throw wrongUsage(
      '--dwell-ms and --min-requests go with --strategy shadow; a canary has them in each --step.',
    );
  checkGrowing(steps);
  const { mirrorShare } = values;
  return {
    allowBreaking: values.allowBreaking,
    canary:
      strategy === 'CANARY' && (steps.length > 0 || mirrorShare !== undefined)
        ? { steps: steps.length > 0 ? steps : undefined, mirrorShare }
        : undefined,
    shadow:
      strategy === 'SHADOW'
        ? { share: mirrorShare, dwellMs: values.dwellMs, minRequests: values.minRequests }
        : undefined,
    guards: guardsOf(values),
    approval: values.approval ? true : undefined,
    keepWarmMs: values.keepWarmMs,
  };
}

function guardsOf(values: Values<typeof MIGRATION_SETTINGS>): GuardsInput | undefined {
  if (values.noGuards)
    return { errorRate: null, p99Ratio: null, outputDifference: null, drift: null, evaluation: null };
  if (values.tolerance !== undefined && values.maxDifferent === undefined)
    throw wrongUsage('--tolerance goes with --max-different.');
  const guards: GuardsInput = {
    ...(values.maxErrorIncrease === undefined ? {} : { errorRate: { maxIncrease: values.maxErrorIncrease } }),
    ...(values.maxP99Ratio === undefined ? {} : { p99Ratio: { max: values.maxP99Ratio } }),
    ...(values.maxDifferent === undefined
      ? {}
      : { outputDifference: { maxShare: values.maxDifferent, tolerance: values.tolerance } }),
    ...(values.maxDrift === undefined ? {} : { drift: { maxPsi: values.maxDrift } }),
    ...(values.maxLoss === undefined ? {} : { evaluation: parseLoss(values.maxLoss) }),
  };
  return Object.keys(guards).length === 0 ? undefined : guards;
}

/** `10`, or `10,dwell-ms=60000,requests=100`; the API takes shares. @throws Failure USAGE */
function parseStep(text: string): CanaryStepInput {
  const { head, fields } = labelled(text, ['dwell-ms', 'requests']);
  const whole = (given: string | undefined) => (given === undefined ? undefined : Number(given));
  const percent = Number(head);
  const step = {
    share: percent / 100,
    dwellMs: whole(fields['dwell-ms']),
    minRequests: whole(fields.requests),
  };
  const numbers = [percent, step.dwellMs ?? 0, step.minRequests ?? 0];
  if (head === '' || !numbers.every(Number.isFinite) || !numbers.slice(1).every(Number.isInteger))
    throw wrongUsage(
      `--step: expected PERCENT[,dwell-ms=…][,requests=…], such as 10,requests=100, got ${JSON.stringify(text)}.`,
    );
  return step;
}

/** `rmse,dataset=test split`, or `rmse=0.05,dataset=test split`. @throws Failure USAGE */
function parseLoss(text: string): NonNullable<GuardsInput['evaluation']> {
  const { head, fields } = labelled(text, ['dataset']);
  const [metric = '', loss] = head.split('=').map((part) => part.trim());
  const maxLoss = loss === undefined ? undefined : Number(loss);
  if (metric === '' || fields.dataset === undefined || loss === '' || !Number.isFinite(maxLoss ?? 0))
    throw wrongUsage(
      `--max-loss: expected METRIC[=LOSS],dataset=NAME, such as "rmse=0.05,dataset=test split", got ${JSON.stringify(text)}.`,
    );
  return { metric, dataset: fields.dataset, maxLoss };
}

/** The server would say it of shares. @throws Failure INVALID_ARGUMENT */
function checkGrowing(steps: readonly CanaryStepInput[]): void {
  let before = 0;
  for (const { share } of steps) {
    const now = share ?? 0;
    if (!(now > before && now < 1))
      throw new Failure(
        EXIT.REFUSED,
        'INVALID_ARGUMENT',
        `--step: expected more than ${inPercent(before)} and less than 100 %, since each step has more than the one before and 100 % follow the last, got ${inPercent(now)}.`,
      );
    before = now;
  }
}
