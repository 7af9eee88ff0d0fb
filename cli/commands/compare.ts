import { CompareVersions, type CompareVersionsQueryVariables } from '../__generated__/operations.js';
import type { Comparison } from '../compare/comparison.js';
import { comparisonReport } from '../compare/report.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { wrongUsage } from '../failure.js';
import { INSTANCE_FORMATS } from '../predict/instances.js';
import { readInput } from '../predict/read-input.js';

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
    input: {
      kind: 'text',
      describe: 'A file of instances to ask both about, as predict reads it',
      completes: 'file',
    },
    format: {
      kind: 'choice',
      choices: INSTANCE_FORMATS,
      describe: 'What the file is, where its name does not tell',
    },
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
    '{comparison: {base, target, sameArtifact, signature, pipeline, graph, metrics, size, latency, outputs}, failed: ["breaking", …]}; what --skip leaves out is not there',
  async run(values, { api, progress }) {
    const sample = await sampleOf(values);
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
      json: { comparison: compareVersions, failed },
      text: comparisonReport(compareVersions),
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

async function sampleOf(values: {
  readonly input: string | undefined;
  readonly format: (typeof INSTANCE_FORMATS)[number] | undefined;
  readonly examples: boolean;
  readonly recorded: string | undefined;
  readonly rows: number | undefined;
  readonly seed: number | undefined;
}): Promise<CompareVersionsQueryVariables['sample']> {
  const { input, format, examples, recorded: deployment, rows, seed } = values;
  const madeUp = rows !== undefined || seed !== undefined;
  const ways = [input !== undefined, examples, deployment !== undefined, madeUp].filter(Boolean).length;
  if (ways > 1)
    throw wrongUsage(
      'Expected one of --input, --examples, --recorded, or --rows and --seed for made-up rows.',
    );
  if (input !== undefined) return { instances: [...(await readInput([], input, format))] };
  if (examples) return { examples: { of: 'BOTH' } };
  if (deployment !== undefined) return { recorded: { deployment } };
  // Without a sample the server takes what it deems best.
  return madeUp ? { generated: { rows, seed } } : undefined;
}
