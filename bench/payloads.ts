/**
 * What a large tensor costs the server: processor time of one call with 65,536 floats in and out, by its encoding.
 *
 *   node scripts/build.mjs && node dist/bench/payloads.js
 *
 * The model hands its input through, so that the encoding is nearly all of the cost. The server runs in a process of its
 * own, whose processor time Linux counts; the candidates take turns, and the median of the rounds is printed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GraphBuilder } from '../src/onnx/index.js';
import { packageRoot } from '../src/platform/package-root.js';

const FLOATS = 65_536;
const ROUNDS = 5;
const ROUND_MS = 2_000;
const PORT = 4791;
/** Linux counts processor time in hundredths of a second, on every platform Node runs on. */
const TICK_MS = 10;
const MODEL = 'copy';
const INFER = `mutation($input: InferInput!) { infer(input: $input) { outputs { data } userErrors { message } } }`;

interface Candidate {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function candidates(values: Float32Array): Candidate[] {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const tensor = { name: 'x', datatype: 'FP32', shape: [values.length] };
  const json = { 'content-type': 'application/json' };
  const openInference = `/v2/models/${MODEL}/infer`;
  const graphql = (name: string, encoding: string, data: unknown): Candidate => {
    const input = { deployment: MODEL, encoding, inputs: [{ ...tensor, data }] };
    return { name, path: '/graphql', headers: json, body: textOf({ query: INFER, variables: { input } }) };
  };
  const header = textOf({
    parameters: { binary_data_output: true },
    inputs: [{ ...tensor, parameters: { binary_data_size: bytes.length } }],
  });
  return [
    {
      name: 'REST, JSON',
      path: openInference,
      headers: json,
      body: textOf({ inputs: [{ ...tensor, data: [...values] }] }),
    },
    graphql('GraphQL, JSON', 'JSON', [...values]),
    graphql('GraphQL, base64', 'BASE64', bytes.toString('base64')),
    {
      name: 'REST, binary',
      path: openInference,
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(header.length),
      },
      body: Buffer.concat([header, bytes]),
    },
  ];
}

function textOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Sends and reads to the end, without looking at what came. */
function call({ path, headers, body }: Omit<Candidate, 'name'>): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      agent,
      port: PORT,
      path,
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    request.end(body);
  });
}

async function graphql(query: string, variables: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await call({ path: '/graphql', headers, body: textOf({ query, variables }) });
  const text = answer.body.toString();
  if (answer.status !== 200 || !text.includes('"userErrors":[]')) throw new Error(text);
}

async function publishModel(): Promise<void> {
  const graph = new GraphBuilder(MODEL, { opset: 17 });
  graph.node('Identity', [graph.input('x', 'FP32', ['N'])], {}, ['y']);
  graph.output('y', 'FP32', ['N']);
  const base64 = Buffer.from(graph.build()).toString('base64');
  const steps = [
    'registerModel(input: { name: $name, domain: GENERAL })',
    'publishVersion(input: { model: $name, artifact: { base64: $base64 } })',
    'deployVersion(input: { name: $name, version: $name })',
  ];
  for (const step of steps) {
    const declared = step.includes('$base64') ? '$name: String!, $base64: String!' : '$name: String!';
    await graphql(`mutation(${declared}) { ${step} { userErrors { message } } }`, { name: MODEL, base64 });
  }
}

function processorMs(pid: number): number {
  // The second field is the command in brackets, which may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function measure(candidate: Candidate, pid: number): Promise<number> {
  const began = performance.now();
  const before = processorMs(pid);
  let calls = 0;
  while (performance.now() - began < ROUND_MS) {
    const { status, body } = await call(candidate);
    if (status !== 200 || body.includes('"message"')) throw new Error(body.toString('utf8', 0, 500));
    calls += 1;
  }
  return (processorMs(pid) - before) / calls;
}

async function untilReady(): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/v2/health/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await delay(50);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const dataDirectory = mkdtempSync(join(tmpdir(), 'retort-bench-'));
const server = spawn(process.execPath, [join(packageRoot, 'dist/src/main.js')], {
  env: {
    PATH: process.env.PATH,
    PORT: String(PORT),
    RETORT_DATA: dataDirectory,
    RETORT_EXAMPLES: 'false',
    LOG_LEVEL: 'error',
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  await untilReady();
  await publishModel();
  const values = Float32Array.from({ length: FLOATS }, (_, index) => Math.sin(index));
  const all = candidates(values);
  const { pid = 0 } = server;
  for (const candidate of all) await measure(candidate, pid);
  const results = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const candidate of all) results.get(candidate.name)?.push(await measure(candidate, pid));
  }
  const cost = (name: string) => median(results.get(name) ?? []);
  const binary = cost('REST, binary');
  process.stdout.write(
    [
      `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${FLOATS} floats in and out, median of ${ROUNDS} rounds.`,
      '',
      '| encoding | bytes sent | processor time a call | times binary |',
      '| --- | --- | --- | --- |',
      ...all.map(
        ({ name, body }) =>
          `| ${name} | ${body.length} | ${cost(name).toFixed(2)} ms | ${(cost(name) / binary).toFixed(1)} |`,
      ),
      '',
    ].join('\n'),
  );
} finally {
  agent.destroy();
  server.kill('SIGTERM');
  await once(server, 'exit');
  rmSync(dataDirectory, { recursive: true, force: true });
}
