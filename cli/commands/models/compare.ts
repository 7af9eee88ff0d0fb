import { CompareVersions, type CompareVersionsQueryVariables } from '../../__generated__/operations.js';
import type { Comparison } from '../../compare/comparison.js';
import { comparisonReport } from '../../compare/report.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import type { InputFormat } from '../../input/formats.js';
import { INPUT_OPTIONS, readRows } from '../../input/read-rows.js';
import type { Row } from '../../input/row.js';
import { targetPipeline } from '../../input/target-pipeline.js';
import { openText } from '../../input/text-source.js';

export const compare = defineCommand({
  name: 'compare',
  summary: 'Say what changes when one version takes the place of another',
  positionals: {
    base: {
      kind: 'text',
      required: true,
      describe: 'The version in use, such as esol@production',
      completes: 'ref',
    },
    target: {
      kind: 'text',
      required: true,
      describe: 'The version that would take its place',
      completes: 'ref',
    },
  },
  options: {
    'fail-on': {
      kind: 'choices',
      choices: ['breaking', 'worse', 'different'],
      describe: 'End with exit code 4 on a breaking change, a worse metric, or any difference; several times',
    },
    skip: {
      kind: 'choices',
      choices: ['graph', 'latency', 'outputs'],
      describe: 'Leave out a part that takes work; several times',
    },
    ...INPUT_OPTIONS,
    examples: { kind: 'flag', describe: 'Ask both about the examples they were published with' },
    recorded: {
      kind: 'text',
      describe: 'Ask both what callers asked this deployment, which recorded it',
      completes: 'deployment',
    },
    rows: {
      kind: 'number',
      whole: true,
      min: 1,
      max: 1000,
      describe: 'Make up so many rows',
    },
    seed: {
      kind: 'number',
      whole: true,
      min: 0,
      describe: 'Make rows up from this number; the same one gives the same rows',
    },
    list: {
      kind: 'number',
      whole: true,
      min: 1,
      max: 100,
      default: 5,
      describe: 'List so many of the rows that differ most',
    },
    'deadline-ms': { kind: 'number', whole: true, min: 1, describe: 'Give up on a part after so long' },
  },
  examples: [
    ['retort compare esol@production esol@3', 'A report for people'],
    ['retort compare esol@production esol@3 --fail-on breaking --skip latency', 'A check for CI'],
    ['retort compare esol@2 esol@3 --input measured.csv --json', 'On rows that matter'],
  ],
  output:
    '{comparison: {base, target, sameArtifact, signature, pipeline, graph, metrics, size, latency, outputs}, failed: ["breaking", …], names: ["Amigdalin", …]}; what --skip leaves out is not there, nor names where the input has none',
  async run(values, session) {
    const { api, progress } = session;
    const { sample, labels } = await sampleOf(values, session);
    const skipped = new Set(values.skip);
    const { compareVersions } = await progress.spin(
      `Comparing ${values.base} with ${values.target}`,
      async () =>
        api.ask(CompareVersions, {
          base: values.base,
          target: values.target,
          sample,
          rows: values.list,
          deadlineMs: values.deadlineMs,
          withGraph: !skipped.has('graph'),
          withLatency: !skipped.has('latency'),
          withOutputs: !skipped.has('outputs'),
        }),
    );
    const failed = values.failOn.filter((reason) => FINDINGS[reason](compareVersions));
    return {
      json: { comparison: compareVersions, failed, ...(labels.some(Boolean) ? { names: labels } : {}) },
      text: comparisonReport(compareVersions, labels),
      exit: failed.length === 0 ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

/** What `--fail-on` looks for. */
const FINDINGS: Readonly<Record<'breaking' | 'worse' | 'different', (comparison: Comparison) => boolean>> = {
  breaking: ({ signature, pipeline }) =>
    signature.compatibility === 'BREAKING' || pipeline.compatibility === 'BREAKING',
  worse: ({ metrics }) => metrics.some(({ verdict }) => verdict === 'WORSE'),
  different: ({ sameArtifact, pipeline }) => !sameArtifact || pipeline.compatibility !== 'IDENTICAL',
};

interface ChosenSample {
  readonly sample: CompareVersionsQueryVariables['sample'];
  /** What the file calls its rows, in their order. */
  readonly labels: readonly string[];
}

async function sampleOf(
  values: {
    readonly base: string;
    readonly input: string | undefined;
    readonly format: InputFormat | undefined;
    readonly column: readonly string[];
    readonly examples: boolean;
    readonly recorded: string | undefined;
    readonly rows: number | undefined;
    readonly seed: number | undefined;
  },
  { api, signal, surroundings }: Session,
): Promise<ChosenSample> {
  const { input, examples, recorded: deployment, rows, seed } = values;
  const madeUp = rows !== undefined || seed !== undefined;
  const ways = [input !== undefined, examples, deployment !== undefined, madeUp].filter(Boolean).length;
  if (ways > 1)
    throw wrongUsage(
      'Expected one of --input, --examples, --recorded, or --rows and --seed for made-up rows.',
    );
  if (input !== undefined) {
    const source = await openText(input, { surroundings, signal });
    const pipeline = await targetPipeline(api, values.base);
    const given = await sampleRows(readRows(source, values.format, values.column, pipeline), source.name);
    return {
      sample: { instances: given.map(({ instance }) => instance) },
      labels: given.map(labelOf),
    };
  }
  if (values.column.length > 0) throw wrongUsage('--column is about a table: expected --input with it.');
  if (examples) return { sample: { examples: { of: 'BOTH' } }, labels: [] };
  if (deployment !== undefined) return { sample: { recorded: { deployment } }, labels: [] };
  // Without a sample the server takes what it deems best.
  return { sample: madeUp ? { generated: { rows, seed } } : undefined, labels: [] };
}

/** The server's largest sample. */
const SAMPLE_ROWS = 1_000;

/** All rows, each of which must be an instance: a sample with holes would be another one. @throws Failure USAGE */
async function sampleRows(rows: AsyncIterable<Row>, name: string): Promise<readonly Row[]> {
  const read: Row[] = [];
  for await (const row of rows) {
    if (row.fault !== null) throw wrongUsage(`${name}, line ${row.line}: ${row.fault}`);
    if (read.length === SAMPLE_ROWS)
      throw wrongUsage(`Expected at most ${SAMPLE_ROWS} instances in ${name}, got more.`);
    read.push(row);
  }
  if (read.length === 0) throw wrongUsage(`Expected at least one instance in ${name}, got none.`);
  return read;
}

/** Its name; of a row of a table, the first column that is no field of the instance. */
function labelOf({ name, columns }: Row): string {
  return name ?? Object.values(columns)[0] ?? '';
}
