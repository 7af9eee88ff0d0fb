import { EvaluateVersion } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { requiredFormat } from '../../batch/file-format.js';
import { sendFile } from '../../batch/run-batch.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { sizeOf } from '../../files.js';
import { parseColumns } from '../../input/column-mapping.js';
import { describeJob } from '../../jobs/describe.js';
import { followJob } from '../../jobs/watch.js';
import { number } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';
import { JOB_OUTPUT } from '../jobs/job.js';

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'Measure how well a version answers a file of rows whose values are known',
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
      required: true,
      describe: 'The file: .csv, .tsv, .jsonl, .sdf, .smi or .parquet, packed by gzip or not',
      completes: 'file',
    },
    measured: {
      kind: 'text',
      required: true,
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
    detach: { kind: 'flag', describe: 'Do not watch' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort evaluate esol@2 --input test.csv --measured logS', 'RMSE and others, with their intervals'],
    [
      'retort evaluate esol@2 --input test.csv --measured logS --group-by source --dataset "test split"',
      'By source as well, and kept under a name for comparisons',
    ],
  ],
  output: JOB_OUTPUT,
  notes:
    'What is found is kept with the version and counts in retort compare beside the metrics of its publisher. Rows that cannot ' +
    'be read, measured or answered are told and do not count. Ctrl-C ends the watching and not the job.',
  async run({ target, input, measured, column, predicted, groupBy, dataset, detach, reason }, session) {
    const format = requiredFormat(input, '--input');
    const columns = Object.fromEntries(parseColumns(column));
    const artifact = await sendFile(session, { file: input, size: await sizeOf(input) });
    const subject = target.includes('@') ? { version: target } : { deployment: target };
    const { evaluateVersion } = await session.api.ask(EvaluateVersion, {
      input: { ...subject, artifact, format, columns, target: measured, predicted, groupBy, dataset, reason },
    });
    const begun = accepted(evaluateVersion, 'job');
    const now = detach ? begun : await followJob(session, begun);
    return {
      json: { job: now },
      text: stack(describeJob(now), metricsTable(now.result)),
      exit: now.state === 'FAILED' || now.state === 'CANCELLED' ? EXIT.NEGATIVE : EXIT.DONE,
    };
  },
});

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
