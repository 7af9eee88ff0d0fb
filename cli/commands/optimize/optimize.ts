import {
  OptimizationMethodValues,
  OptimizeVersion,
  ShowOptimization,
  type JobNowFragment,
  type OptimizationSampleInput,
} from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { requiredFormat } from '../../batch/file-format.js';
import { sendFile } from '../../batch/run-batch.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import { sizeOf } from '../../files.js';
import { parseColumns } from '../../input/column-mapping.js';
import { describeJob } from '../../jobs/describe.js';
import { followJob } from '../../jobs/watch.js';
import { describeOptimization } from '../../optimize/report.js';
import { stack } from '../../terminal/layout.js';
import { writeWhole } from '../../transfer/whole-file.js';
import { JOB_OUTPUT } from '../jobs/job.js';

const ROLES = ['TRAINING', 'CALIBRATION', 'REFERENCE', 'BACKGROUND'] as const;

export const optimize = defineCommand({
  name: 'optimize',
  summary:
    'Make a version smaller or faster, measure it beside the original, and publish what keeps to a budget',
  positionals: {
    original: { kind: 'text', required: true, describe: 'The version, such as esol@3', completes: 'ref' },
  },
  options: {
    method: {
      kind: 'choice',
      choices: OptimizationMethodValues,
      required: true,
      describe: 'How; AUTO tries several',
    },
    option: {
      kind: 'texts',
      describe: 'NAME=VALUE of the method, such as ratio=0.5 or student=DENSE; several times',
      completes: 'nothing',
    },
    'max-loss': { kind: 'number', min: 0, describe: 'How much worse the metric may be, in its own unit' },
    metric: { kind: 'text', describe: 'Which metric; rmse or accuracy when left out', completes: 'nothing' },
    'min-speedup': { kind: 'number', min: 0, describe: 'How many times as fast it has to be' },
    'speedup-rows': {
      kind: 'number',
      whole: true,
      min: 1,
      max: 32,
      describe: 'For so many rows at once: 1 or 32',
    },
    'min-shrink': { kind: 'number', min: 0, describe: 'How many times as small its file has to be' },
    'max-mean-difference': { kind: 'number', min: 0, describe: 'How far answers may differ in the mean' },
    'max-difference': { kind: 'number', min: 0, describe: 'How far any answer may differ' },
    input: {
      kind: 'text',
      describe: 'A file of rows to work on and, of a third of them, to measure on',
      completes: 'file',
    },
    measured: { kind: 'text', describe: 'Its column of the measured values', completes: 'nothing' },
    column: { kind: 'texts', describe: 'FIELD=COLUMN, where their names differ', completes: 'nothing' },
    test: { kind: 'text', describe: 'Another file with the same columns, to measure on', completes: 'file' },
    attachment: {
      kind: 'choice',
      choices: ROLES,
      describe: 'In place of a file: one that is attached to the version',
    },
    examples: { kind: 'flag', describe: 'In place of a file: the examples of the version' },
    recorded: {
      kind: 'text',
      describe: 'In place of a file: what this deployment recorded',
      completes: 'deployment',
    },
    rows: { kind: 'number', whole: true, min: 1, max: 5000, describe: 'How many rows to take' },
    name: { kind: 'text', describe: 'The model that the new version belongs to; the same when left out' },
    seed: { kind: 'number', whole: true, min: 0, describe: 'Which rows are taken and held out' },
    plot: { kind: 'text', describe: 'Save the picture of all candidates here, as SVG', completes: 'file' },
    detach: { kind: 'flag', describe: 'Do not watch' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    [
      'retort optimize esol@3 --method PRUNE_STRUCTURED --option ratio=0.5 --max-loss 0.02',
      'Half of the trees',
    ],
    [
      'retort optimize digits@1 --method INT8_STATIC --input train.jsonl --test test.jsonl --measured digit --max-loss 0.01 --min-speedup 1.5',
      'On rows of your own',
    ],
    [
      'retort optimize esol@3 --method AUTO --max-loss 0.02 --min-speedup 2 --plot front.svg',
      'Whatever keeps to it',
    ],
  ],
  output: `${JOB_OUTPUT}; and {optimization: {original, candidates, chosen, …}} once it has succeeded`,
  notes:
    'Without rows the training data of the version is taken. What is published is a new version; nothing serves it until you deploy it ' +
    'or move an alias. It ends with 4 when nothing keeps to the budget, and says what was measured. Ctrl-C ends the watching and not the job.',
  async run(values, session) {
    const { original, method, name, seed, reason, detach, plot } = values;
    const sample = await sampleOf(values, session);
    const measure =
      values.test === undefined ? undefined : await fileOf(values.test, values, session, '--test');
    const input = {
      version: original,
      method,
      options: optionsOf(values.option),
      budget: budgetOf(values),
      sample,
      measure,
      name,
      seed,
      reason,
    };
    const { optimizeVersion } = await session.api.ask(OptimizeVersion, { input });
    const begun = accepted(optimizeVersion, 'job');
    const now = detach ? begun : await followJob(session, begun);
    if (now.state !== 'SUCCEEDED')
      return {
        json: { job: now },
        text: describeJob(now),
        exit: now.state === 'FAILED' || now.state === 'CANCELLED' ? EXIT.NEGATIVE : EXIT.DONE,
      };
    const { job } = await session.api.ask(ShowOptimization, { id: now.id });
    const optimization = job?.optimization ?? null;
    if (plot !== undefined && optimization !== null)
      await writeWhole(plot, textOf(optimization.plot), { replace: true });
    const { why, version: published } = outcomeOf(now);
    return {
      json: { job: now, optimization },
      text: stack(why, optimization === null ? '' : describeOptimization(optimization)),
      exit: published === null ? EXIT.NEGATIVE : EXIT.DONE,
    };
  },
});

interface Source {
  readonly input: string | undefined;
  readonly test: string | undefined;
  readonly measured: string | undefined;
  readonly column: readonly string[];
  readonly attachment: (typeof ROLES)[number] | undefined;
  readonly examples: boolean;
  readonly recorded: string | undefined;
  readonly rows: number | undefined;
}

/** @throws Failure USAGE */
async function sampleOf(source: Source, session: Session): Promise<OptimizationSampleInput | undefined> {
  const { input, attachment, examples, recorded, rows } = source;
  const ways = [input !== undefined, attachment !== undefined, examples, recorded !== undefined];
  if (ways.filter(Boolean).length > 1)
    throw wrongUsage('Expected one of --input, --attachment, --examples and --recorded.');
  if (input !== undefined) return fileOf(input, source, session, '--input');
  if (source.test === undefined && (source.measured !== undefined || source.column.length > 0))
    throw wrongUsage('--measured and --column are about a file: expected --input or --test with them.');
  if (recorded !== undefined) return { recorded: { deployment: recorded }, rows };
  if (attachment !== undefined) return { attachment, rows };
  if (examples) return { examples, rows };
  return rows === undefined ? undefined : { rows };
}

async function fileOf(
  file: string,
  { measured, column, rows }: Pick<Source, 'measured' | 'column' | 'rows'>,
  session: Session,
  option: string,
): Promise<OptimizationSampleInput> {
  const format = requiredFormat(file, option);
  const artifact = await sendFile(session, { file, size: await sizeOf(file) });
  return {
    file: { artifact, format, columns: Object.fromEntries(parseColumns(column)), target: measured },
    rows,
  };
}

function budgetOf(values: {
  readonly maxLoss: number | undefined;
  readonly metric: string | undefined;
  readonly minSpeedup: number | undefined;
  readonly speedupRows: number | undefined;
  readonly minShrink: number | undefined;
  readonly maxMeanDifference: number | undefined;
  readonly maxDifference: number | undefined;
}) {
  const { maxLoss, metric, minSpeedup, speedupRows, minShrink, maxMeanDifference, maxDifference } = values;
  return {
    maxLoss,
    metric,
    minSpeedup,
    minShrink,
    maxMeanDifference,
    maxLargestDifference: maxDifference,
    ...(speedupRows !== undefined && { speedupRows }),
  };
}

/** Values are JSON where they can be read as such, else text. @throws Failure USAGE */
function optionsOf(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    given.map((pair) => {
      const place = pair.indexOf('=');
      if (place < 1)
        throw wrongUsage(`--option: expected NAME=VALUE, such as ratio=0.5, got ${JSON.stringify(pair)}.`);
      const text = pair.slice(place + 1);
      try {
        return [pair.slice(0, place), JSON.parse(text) as unknown];
      } catch {
        return [pair.slice(0, place), text];
      }
    }),
  );
}

function outcomeOf({ result }: JobNowFragment): { readonly why: string; readonly version: string | null } {
  const { why = '', version = null } = (result ?? {}) as {
    readonly why?: string;
    readonly version?: string | null;
  };
  return { why, version };
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
