import {
  CreateSchedule,
  EvaluateVersion,
  type EvaluateVersionInput,
} from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { requiredFormat } from '../../batch/file-format.js';
import { sendFile } from '../../batch/run-batch.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import { sizeOf } from '../../files.js';
import { parseColumns } from '../../input/column-mapping.js';
import { describeSchedule } from '../../jobs/describe-schedule.js';
import { describeJob } from '../../jobs/describe.js';
import { followJob } from '../../jobs/watch.js';
import { number } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';
import { JOB_OUTPUT } from '../jobs/job.js';

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'Measure how well a version answers rows whose values are known: once, or on a schedule',
  positionals: {
    target: {
      kind: 'text',
      required: true,
      describe: 'A deployment (esol) or a version (esol@2)',
      completes: 'target',
    },
  },
  options: {
    input: {
      kind: 'text',
      describe: 'The file: .csv, .tsv, .jsonl, .sdf, .smi or .parquet, packed by gzip or not',
      completes: 'file',
    },
    measured: {
      kind: 'text',
      describe: 'The column of the measured values, in the unit of the result',
      completes: 'nothing',
    },
    column: {
      kind: 'texts',
      describe: 'FIELD=COLUMN, where their names differ, such as smiles=structure; several times',
      completes: 'nothing',
    },
    predicted: { kind: 'text', describe: 'The result that is compared; the first when left out' },
    'group-by': { kind: 'text', describe: 'A column by whose values the rows are measured apart as well' },
    dataset: { kind: 'text', describe: 'What the rows are called, such as "test split"' },
    outcomes: {
      kind: 'text',
      describe: 'In place of a file: what was recorded of logged predictions for so long, such as P30D',
      completes: 'nothing',
    },
    schedule: {
      kind: 'text',
      describe: 'Again and again: a cron expression of five fields, or a duration such as P1D',
      completes: 'nothing',
    },
    name: { kind: 'text', describe: 'With --schedule, what the schedule is called', completes: 'nothing' },
    'time-zone': {
      kind: 'text',
      describe: 'With --schedule, of a cron expression; UTC when left out',
      completes: 'nothing',
    },
    detach: { kind: 'flag', describe: 'Do not watch' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort evaluate esol@2 --input test.csv --measured logS', 'RMSE and others, with their intervals'],
    [
      'retort evaluate esol@2 --input test.csv --measured logS --group-by source --dataset "test split"',
      'By source as well, and kept under a name for comparisons',
    ],
    [
      'retort evaluate esol --input test.csv --measured logS --dataset "test split" --schedule "0 6 * * MON" --name weekly',
      'What the deployment serves, each Monday at six',
    ],
    [
      'retort evaluate esol --outcomes P30D --schedule P1D --name live',
      'By what the laboratory recorded, daily',
    ],
  ],
  output: `${JOB_OUTPUT}; with --schedule {schedule: {name, every, nextRunAt, …}}`,
  notes:
    'What is found is kept with the version and counts in retort compare beside the metrics of its publisher. Rows that cannot ' +
    'be read, measured or answered are told and do not count. Ctrl-C ends the watching and not the job.',
  async run({ target, predicted, dataset, schedule, name, timeZone, detach, reason, ...source }, session) {
    if (
      (schedule === undefined) !== (name === undefined) ||
      (timeZone !== undefined && schedule === undefined)
    )
      throw wrongUsage('--schedule and --name go together, and --time-zone with them.');
    const subject = target.includes('@') ? { version: target } : { deployment: target };
    const asked = { ...subject, ...(await rowsOf(source, session)), predicted, dataset };
    if (schedule !== undefined && name !== undefined) {
      const { createEvaluationSchedule } = await session.api.ask(CreateSchedule, {
        input: { name, every: schedule, timeZone, evaluation: asked, reason },
      });
      const made = accepted(createEvaluationSchedule, 'schedule');
      return { json: { schedule: made }, text: describeSchedule(made), exit: EXIT.DONE };
    }
    const { evaluateVersion } = await session.api.ask(EvaluateVersion, { input: { ...asked, reason } });
    const begun = accepted(evaluateVersion, 'job');
    const now = detach ? begun : await followJob(session, begun);
    return {
      json: { job: now },
      text: stack(describeJob(now), metricsTable(now.result)),
      exit: now.state === 'FAILED' || now.state === 'CANCELLED' ? EXIT.NEGATIVE : EXIT.DONE,
    };
  },
});

interface Source {
  readonly input: string | undefined;
  readonly measured: string | undefined;
  readonly column: readonly string[];
  readonly groupBy: string | undefined;
  readonly outcomes: string | undefined;
}

/** The rows to measure by: a file, which is sent, or outcomes. @throws Failure USAGE */
async function rowsOf(
  { input, measured, column, groupBy, outcomes }: Source,
  session: Session,
): Promise<Partial<EvaluateVersionInput>> {
  if (outcomes !== undefined) {
    if (input !== undefined || measured !== undefined || column.length > 0 || groupBy !== undefined)
      throw wrongUsage('--outcomes goes without --input, --measured, --column and --group-by.');
    return { outcomes: { window: outcomes } };
  }
  if (input === undefined || measured === undefined)
    throw wrongUsage('Expected --input and --measured, or --outcomes in their place.');
  const format = requiredFormat(input, '--input');
  const columns = Object.fromEntries(parseColumns(column));
  const artifact = await sendFile(session, { file: input, size: await sizeOf(input) });
  return { artifact, format, columns, target: measured, groupBy };
}

interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

function metricsTable(result: unknown): string {
  const { metrics } = (result ?? {}) as { readonly metrics?: readonly Measured[] };
  if (metrics === undefined) return '';
  return table(
    ['METRIC', 'VALUE', '95 %', 'UNIT'],
    metrics.map(({ name, value, unit, interval }) => [
      name,
      number(value),
      interval === null ? '–' : `${number(interval.low)} to ${number(interval.high)}`,
      unit ?? '',
    ]),
  );
}
