/**
 * Batch predictions from CSV: rows a second against a bare loop over the same steps, memory, and what a caller notices who asks
 * about one thing at a time meanwhile.
 *
 *   npm run bench:batch                 1,000,000 nuclides and 100,000 molecules, three rounds each
 *   npm run bench:batch -- --quick      20,000 and 2,000, one round: whether it works
 *   npm run bench:batch -- --nuclides 200000 --molecules 20000 --rounds 1      as many as are wanted; 0 leaves them out
 *   npm run bench:batch -- --profile DIR       also writes a processor profile of the server
 *
 * The loop and the server have their turns one after the other, on the same cores. Exits with 1 when a row was lost.
 */
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { examples, type ExampleVersion } from '../examples/index.js';
import type { FieldWish } from '../src/datafiles/index.js';
import { packageRoot } from '../src/platform/package-root.js';
import { bareLoop } from './batch/bare-loop.js';
import { Interactive } from './batch/interactive.js';
import { digits, judged, mb, ms, table } from './support/markdown.js';
import { ownedDirectory } from './support/owned.js';
import { memoryOf } from './support/proc-files.js';
import { startRetort, type RetortServer } from './support/retort-server.js';
import { median, medianRatio } from './support/statistics.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'string' },
    nuclides: { type: 'string' },
    molecules: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 3));
const ASK_EVERY_MS = 250;
const ALONE_MS = values.quick ? 3_000 : 20_000;

interface Subject {
  readonly name: string;
  readonly model: string;
  readonly rows: number;
  readonly wishes: readonly FieldWish[];
  readonly csv: (rows: number) => string;
  readonly instance: unknown;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'nuclides',
    model: 'binding-energy',
    rows: Number(values.nuclides ?? (values.quick ? 20_000 : 1_000_000)),
    wishes: [
      { name: 'z', as: 'any' },
      { name: 'n', as: 'any' },
    ],
    csv: nuclides,
    instance: { z: 26, n: 30 },
  },
  {
    name: 'molecules',
    model: 'esol',
    rows: Number(values.molecules ?? (values.quick ? 2_000 : 100_000)),
    wishes: [{ name: 'smiles', as: 'text' }],
    csv: molecules,
    instance: 'CCO',
  },
];

interface Outcome {
  readonly bareSeconds: number[];
  readonly jobSeconds: number[];
  readonly besideSeconds: number[];
  readonly peakMb: number[];
  readonly restMb: number;
  readonly aloneMs: number[];
  readonly besideMs: number[];
}

const began = performance.now();
const progress = (text: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

const folder = ownedDirectory();
await using server = await startRetort({ profileDirectory: values.profile }, { examples: true });
const outcomes = new Map<Subject, Outcome>();
for (const subject of SUBJECTS.filter(({ rows }) => rows > 0)) outcomes.set(subject, await measured(subject));
process.stdout.write(`${report()}\n`);
folder.remove();

async function measured(subject: Subject): Promise<Outcome> {
  const { model, name, rows, wishes, instance } = subject;
  const from = join(folder.path, `${name}.csv`);
  writeFileSync(from, subject.csv(rows));
  await ready(server, model);
  const digest = await send(server, from);
  const outcome: Outcome = {
    bareSeconds: [],
    jobSeconds: [],
    besideSeconds: [],
    peakMb: [],
    restMb: memoryOf(server.processes()).residentMb,
    aloneMs: [],
    besideMs: [],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    outcome.bareSeconds.push(
      await bareLoop(versionOf(model), { from, to: join(folder.path, 'bare.csv') }, wishes),
    );
    progress(`${name}: bare loop ${digits(rows / last(outcome.bareSeconds))} rows/s`);
    const alone = await job(digest, subject);
    outcome.jobSeconds.push(alone.seconds);
    outcome.peakMb.push(alone.peakMb);
    progress(`${name}: job ${digits(rows / alone.seconds)} rows/s, at most ${mb(alone.peakMb)}`);

    const quiet = new Interactive(server.port, { deployment: model, instances: [instance] });
    quiet.start();
    await delay(ALONE_MS);
    outcome.aloneMs.push((await quiet.stop()).p99Ms);
    const busy = new Interactive(server.port, { deployment: model, instances: [instance] });
    busy.start();
    outcome.besideSeconds.push((await job(digest, subject)).seconds);
    outcome.besideMs.push((await busy.stop()).p99Ms);
    progress(`${name}: p99 ${ms(last(outcome.aloneMs))} alone, ${ms(last(outcome.besideMs))} beside the job`);
  }
  return outcome;
}

/** From asking for the job to its end. @throws Error when a row is missing */
async function job(
  artifact: string,
  { model, rows }: Subject,
): Promise<{ readonly seconds: number; readonly peakMb: number }> {
  const start = performance.now();
  const input = { deployment: model, artifact, format: 'CSV' };
  const data = (await server.graphql(
    'mutation ($input: StartBatchPredictionInput!) { startBatchPrediction(input: $input) { job { id } userErrors { message } } }',
    { input },
  )) as { startBatchPrediction: { job: { id: string } } };
  const { id } = data.startBatchPrediction.job;
  let peakMb = 0;
  for (;;) {
    // Seldom: whoever asks takes time from what is measured.
    await delay(ASK_EVERY_MS);
    peakMb = Math.max(peakMb, memoryOf(server.processes()).residentMb);
    const { job: now } = (await server.graphql(
      'query ($id: ID!) { job(id: $id) { state error progress { done failed } } }',
      { id },
    )) as { job: { state: string; error: string | null; progress: { done: number } } };
    if (now.state === 'FAILED') throw new Error(now.error ?? 'The job failed');
    if (now.state !== 'SUCCEEDED') continue;
    if (now.progress.done !== rows) throw new Error(`Expected ${rows} rows, got ${now.progress.done}`);
    return { seconds: (performance.now() - start) / 1_000, peakMb };
  }
}

async function ready(server: RetortServer, deployment: string): Promise<void> {
  for (;;) {
    const { deployment: found } = (await server.graphql(
      'query ($name: String!) { deployment(name: $name) { state } }',
      {
        name: deployment,
      },
    )) as { deployment: { state: string } | null };
    if (found?.state === 'READY') return;
    await delay(100);
  }
}

async function send({ port }: RetortServer, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/files`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: createReadStream(path) as unknown as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  return ((await response.json()) as { digest: string }).digest;
}

function versionOf(model: string): ExampleVersion {
  const example = examples.find(({ name }) => name === model);
  const version = example?.versions[example.production - 1];
  if (version === undefined) throw new Error(`Expected an example ${model}`);
  return version;
}

function nuclides(rows: number): string {
  const lines = Array.from({ length: rows }, (_, id) => `${id},${20 + (id % 60)},${24 + ((id * 7) % 80)}`);
  return `id,z,n\n${lines.join('\n')}\n`;
}

function molecules(rows: number): string {
  const data = readFileSync(join(packageRoot, 'examples/data/delaney-solubility.csv'), 'utf8')
    .split('\n')
    .slice(1);
  const smiles = data.map((line) => line.split(',').at(-3)?.trim() ?? '').filter((text) => text !== '');
  return `id,smiles\n${Array.from({ length: rows }, (_, id) => `${id},${smiles[id % smiles.length] ?? 'C'}`).join('\n')}\n`;
}

function last(list: readonly number[]): number {
  return list.at(-1) ?? NaN;
}

function report(): string {
  return [
    '## Batch predictions from CSV',
    '',
    `${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.version}; ${ROUNDS} rounds, medians.`,
    '',
    table(
      ['rows', 'bare loop', 'job', 'job beside a caller', 'memory before', 'peak', 'p99 alone', 'p99 beside'],
      [...outcomes].map(([{ name, rows }, outcome]) => [
        `${rows.toLocaleString('en')} ${name}`,
        `${digits(rows / median(outcome.bareSeconds))} rows/s`,
        `${digits(rows / median(outcome.jobSeconds))} rows/s`,
        `${digits(rows / median(outcome.besideSeconds))} rows/s`,
        mb(outcome.restMb),
        mb(Math.max(...outcome.peakMb)),
        ms(median(outcome.aloneMs)),
        ms(median(outcome.besideMs)),
      ]),
    ),
    '',
    table(
      ['aim', 'measured', 'wanted', 'met'],
      [...outcomes].flatMap(([{ name }, outcome]) => [
        [
          `${name}: rows a second, as a share of the bare loop`,
          ...judged(medianRatio(outcome.bareSeconds, outcome.jobSeconds), { atLeast: 0.7 }),
        ],
        [
          `${name}: p99 of a caller beside the job, as a multiple`,
          ...judged(medianRatio(outcome.besideMs, outcome.aloneMs), { atMost: 1.5 }),
        ],
      ]),
    ),
  ].join('\n');
}
