/**
 * Explanations: what callers of the same deployment notice of a long one beside them.
 *
 *   npm run bench:explain                three rounds
 *   npm run bench:explain -- --quick     one short round: whether it works
 *
 * A person asks about one molecule at a time, alone and beside a job that explains a hundred molecules against fifty rows of the
 * training data by Kernel SHAP. Exits with 1 when the job failed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Interactive } from './batch/interactive.js';
import { digits, ms, table } from './support/markdown.js';
import { startRetort } from './support/retort-server.js';
import { median, medianRatio } from './support/statistics.js';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'string' } },
});
const ROUNDS = values.quick ? 1 : 3;
const MEASURED_MS = values.quick ? 3_000 : 20_000;
const MODEL = 'esol';
const ASKED = { deployment: MODEL, instances: ['CC(=O)Oc1ccccc1C(=O)O'] };

await using server = await startRetort({ profileDirectory: values.profile }, { examples: true });
await deployed();
const rows = {
  alone: [] as number[],
  beside: [] as number[],
  aloneMedian: [] as number[],
  besideMedian: [] as number[],
};
for (let round = 0; round < ROUNDS; round += 1) {
  const alone = await measured();
  const id = await start(round);
  await delay(1_000);
  const beside = await measured();
  const state = await stateOf(id);
  if (state.state === 'FAILED') throw new Error(state.error ?? 'The job failed');
  if (state.state !== 'RUNNING') throw new Error(`Expected a job that runs all the time, got ${state.state}`);
  await server.graphql(
    'mutation ($input: CancelJobInput!) { cancelJob(input: $input) { userErrors { message } } }',
    {
      input: { id },
    },
  );
  rows.alone.push(alone.p99Ms);
  rows.beside.push(beside.p99Ms);
  rows.aloneMedian.push(alone.p50Ms);
  rows.besideMedian.push(beside.p50Ms);
  process.stderr.write(`round ${round + 1}: p99 ${ms(alone.p99Ms)} alone, ${ms(beside.p99Ms)} beside\n`);
}
process.stdout.write(
  `${table(
    ['predict, one molecule at a time', 'alone', 'beside an explanation', 'ratio'],
    [
      [
        'p50',
        ms(median(rows.aloneMedian)),
        ms(median(rows.besideMedian)),
        digits(medianRatio(rows.besideMedian, rows.aloneMedian)),
      ],
      ['p99', ms(median(rows.alone)), ms(median(rows.beside)), digits(medianRatio(rows.beside, rows.alone))],
    ],
  )}\n`,
);

async function measured(): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
  const person = new Interactive(server.port, ASKED);
  person.start();
  await delay(MEASURED_MS);
  return person.stop();
}

/** A job that outlasts the measuring. */
async function start(seed: number): Promise<string> {
  const chains = Array.from({ length: 100 }, (_, length) => `${'C'.repeat(1 + (length % 20))}O`);
  const { explainPrediction } = (await server.graphql(
    'mutation ($input: ExplainPredictionInput!) { explainPrediction(input: $input) { job { id } userErrors { message } } }',
    {
      input: {
        deployment: MODEL,
        instances: chains,
        method: 'KERNEL_SHAP',
        tolerance: 0.0001,
        seed,
        asJob: true,
      },
    },
  )) as { explainPrediction: { job: { id: string } | null; userErrors: { message: string }[] } };
  const { job, userErrors } = explainPrediction;
  if (job === null) throw new Error(userErrors[0]?.message ?? 'No job');
  return job.id;
}

async function stateOf(id: string): Promise<{ readonly state: string; readonly error: string | null }> {
  const { job } = (await server.graphql('query ($id: ID!) { job(id: $id) { state error } }', { id })) as {
    job: { state: string; error: string | null };
  };
  return job;
}

async function deployed(): Promise<void> {
  for (;;) {
    const { deployment } = (await server.graphql(
      'query ($name: String!) { deployment(name: $name) { state } }',
      {
        name: MODEL,
      },
    )) as { deployment: { state: string } | null };
    if (deployment?.state === 'READY') return;
    await delay(100);
  }
}
