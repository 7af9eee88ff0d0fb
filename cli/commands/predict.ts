import { existsSync } from 'node:fs';
import { RequestPriorityValues } from '../__generated__/operations.js';
import { fileFormat } from '../batch/file-format.js';
import { runBatch, type BatchFile } from '../batch/run-batch.js';
import { defineCommand, type Result, type Session } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { wrongUsage } from '../failure.js';
import { sizeOf } from '../files.js';
import { parseColumns } from '../input/column-mapping.js';
import { INPUT_OPTIONS, instanceArgument, readRows } from '../input/read-rows.js';
import { rowOf, type Row } from '../input/row.js';
import { targetPipeline } from '../input/target-pipeline.js';
import { openText } from '../input/text-source.js';
import type { Values } from '../option.js';
import { askRows, type Prediction } from '../predict/ask-rows.js';
import { predictionTable } from '../predict/prediction-table.js';
import { resultFile, resultFormat } from '../predict/result-file.js';
import type { Bar } from '../terminal/progress.js';
import { plural } from '../terminal/format.js';
import { stack } from '../terminal/layout.js';
import { taken, writeWhole } from '../transfer/whole-file.js';

export const predict = defineCommand({
  name: 'predict',
  summary: 'Ask a model about molecules, nuclides or other instances',
  positionals: {
    target: {
      kind: 'text',
      required: true,
      describe: 'A deployment (esol) or a version (esol@2)',
      completes: 'target',
    },
    instances: {
      kind: 'texts',
      describe: 'What to ask about: text such as CCO, or JSON such as \'{"z": 26, "n": 30}\'',
      completes: 'nothing',
    },
  },
  options: {
    ...INPUT_OPTIONS,
    output: {
      kind: 'text',
      describe:
        'Write the results to this file (.csv, .tsv, .jsonl or .parquet; .sdf and .smi of the same) instead of a table',
      completes: 'file',
    },
    force: { kind: 'flag', describe: 'With --output: replace a file of this name' },
    'deadline-ms': { kind: 'number', whole: true, min: 1, describe: 'Give up on a request after so long' },
    priority: {
      kind: 'choice',
      choices: RequestPriorityValues,
      describe: 'Who comes first when several wait',
    },
  },
  examples: [
    ['retort predict esol CCO "CC(=O)Oc1ccccc1C(=O)O"', 'The solubility of ethanol and aspirin'],
    ['retort predict esol@1 --input molecules.csv', 'A table of them, by a certain version'],
    [
      'retort predict esol --input library.sdf.gz --output solubility.csv',
      'A library, with the names and data fields of its records',
    ],
    [
      'retort predict esol --input big.sdf.gz --output solubility.parquet',
      'A large file: the server works through it by itself',
    ],
    ['retort predict esol --input measured.csv --column smiles=structure', 'Columns with names of their own'],
    ['cut -f1 library.smi | retort predict esol --input - --json', 'Through a pipe'],
  ],
  output:
    '{predictions: [{instance, name, columns, value, unit, warnings: [{code, message}], error: {code, message} or null, version}]}, or with --output {output, rows, failed, versions, job: the id of one, for a large file}',
  notes:
    'A name without @ is a deployment, and where there is none, the model of this name (its production alias, else its ' +
    'newest version). A row without a value does not stop the others; the exit code is then 4. Columns of a table are ' +
    'matched to the fields of an instance without regard to case; the others, the names in .smi files and the data fields ' +
    'of .sdf files are carried to the output. A file of more than a megabyte, and Parquet, is sent to the server, which works ' +
    'through it behind all requests, in a job that also survives Ctrl-C and a restart.',
  async run(values, session) {
    const { output } = values;
    const batch = await batchFile(values);
    if (batch !== null) return answeredByJob(batch, session);
    const format = output === undefined ? undefined : resultFormat(output);
    const tally = { rows: 0, failed: 0, versions: new Set<string>() };
    const predictions: Prediction[] = [];
    await withRows(values, session, async (rows, bar) => {
      const chunks = counted(
        askRows(session.api, values.target, rows, {
          deadlineMs: values.deadlineMs,
          priority: values.priority,
        }),
        tally,
        bar,
      );
      if (output !== undefined && format !== undefined)
        await writeWhole(output, resultFile(chunks, format), { replace: values.force });
      else for await (const chunk of chunks) predictions.push(...chunk);
    });
    const { rows, failed, versions } = tally;
    const failures = failed === 0 ? '' : `${plural(failed, 'instance')} of ${rows} got no value.`;
    return {
      json: output === undefined ? { predictions } : { output, rows, failed, versions: [...versions] },
      text:
        output === undefined
          ? stack(predictionTable(predictions), failures)
          : stack(
              `Wrote ${plural(rows, 'row')} to ${output}, computed by ${[...versions].join(', ') || 'nobody'}.`,
              failures,
            ),
      exit: failed === 0 ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

/** Beyond so much, one request after the other takes longer than a job, and ends with its caller. */
const LARGE_BYTES = 1024 ** 2;

/** A file for a job to work through; null for what is asked about here. @throws Failure */
async function batchFile(
  values: Values<typeof INPUT_OPTIONS> & {
    readonly target: string;
    readonly instances: readonly string[];
    readonly output: string | undefined;
    readonly force: boolean;
  },
): Promise<BatchFile | null> {
  const { input: file, output, target, force } = values;
  if (file === undefined || file === '-' || output === undefined || values.instances.length > 0) return null;
  const format = fileFormat(values.format === undefined ? file : `.${values.format}`);
  const outputFormat = fileFormat(output);
  if (format === undefined || outputFormat === undefined) return null;
  const needsJob = [format, outputFormat].includes('PARQUET') || ['SDF', 'SMI'].includes(outputFormat);
  const size = await sizeOf(file);
  if (!needsJob && size <= LARGE_BYTES) return null;
  if (!force && existsSync(output)) throw taken(output);
  return { target, file, size, format, columns: parseColumns(values.column), output, outputFormat, force };
}

async function answeredByJob(batch: BatchFile, session: Session): Promise<Result> {
  const { output } = batch;
  const { id, progress, result } = await runBatch(session, batch);
  const rows = Number(progress.done);
  const failed = Number(progress.failed);
  const { version } = (result ?? {}) as { readonly version?: string };
  const versions = version === undefined ? [] : [version];
  return {
    json: { output, rows, failed, versions, job: id },
    text: stack(
      `Wrote ${plural(rows, 'row')} to ${output}, computed by ${versions.join(', ') || 'nobody'}.`,
      failed === 0 ? '' : `${plural(failed, 'instance')} of ${rows} got no value.`,
    ),
    exit: failed === 0 ? EXIT.DONE : EXIT.NEGATIVE,
  };
}

interface Tally {
  rows: number;
  failed: number;
  readonly versions: Set<string>;
}

async function* counted(
  chunks: AsyncIterable<readonly Prediction[]>,
  tally: Tally,
  bar: Bar | null,
): AsyncGenerator<readonly Prediction[]> {
  for await (const chunk of chunks) {
    tally.rows += chunk.length;
    for (const { error, version } of chunk) {
      if (error !== null) tally.failed++;
      if (version !== null) tally.versions.add(version);
    }
    bar?.advance(chunk.length);
    yield chunk;
  }
}

/** The instances of the command line, of a file, or (`-`) of stdin, under a bar. @throws Failure USAGE */
async function withRows(
  values: Values<typeof INPUT_OPTIONS> & { readonly target: string; readonly instances: readonly string[] },
  { api, progress, signal, surroundings }: Session,
  work: (rows: AsyncIterable<Row> | Iterable<Row>, bar: Bar | null) => Promise<void>,
): Promise<void> {
  const { input, instances } = values;
  if (input === undefined) {
    if (instances.length === 0)
      throw wrongUsage('Expected instances, or a file of them with --input (- for stdin), got none.');
    if (values.column.length > 0) throw wrongUsage('--column is about a table: expected --input with it.');
    const rows = instances.map((text, index) => rowOf(index + 1, instanceArgument(text)));
    return progress.measure('Predicting', rows.length, 'items', async (bar) => work(rows, bar));
  }
  if (instances.length > 0) throw wrongUsage('Expected instances or --input, got both.');
  const isFile = input !== '-';
  const size = isFile ? await sizeOf(input) : null;
  return progress.measure('Predicting', size, isFile ? 'bytes' : 'items', async (bar) => {
    const source = await openText(input, {
      surroundings,
      signal,
      ...(isFile && { onBytes: (count: number) => bar.advance(count) }),
    });
    const pipeline = await targetPipeline(api, values.target);
    const rows = atLeastOne(readRows(source, values.format, values.column, pipeline), source.name);
    await work(rows, isFile ? null : bar);
  });
}

async function* atLeastOne(rows: AsyncIterable<Row>, name: string): AsyncGenerator<Row> {
  let some = false;
  for await (const row of rows) {
    some = true;
    yield row;
  }
  if (!some) throw wrongUsage(`Expected at least one instance in ${name}, got none.`);
}
