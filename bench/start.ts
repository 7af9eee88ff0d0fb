/**
 * How long until the first prediction, and how much memory at rest.
 *
 *   npm run bench                          embedded database
 *   BENCH_DATABASE_URL=postgresql://… npm run bench     also a real PostgreSQL (an empty database of its own)
 *
 * Prints the median of the runs, each in a process of its own with a data directory of its own.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../src/platform/package-root.js';
import { emptyDatabase } from './support/empty-database.js';

const RUNS = 5;
const IDLE_MS = 10_000;
const DEADLINE_MS = 120_000;
const PORT = 4790;
const ASPIRIN =
  'mutation { predict(input: {version: "esol@production", instances: ["CC(=O)Oc1ccccc1C(=O)O"]}) { predictions { value } } }';

interface Start {
  readonly firstPredictionMs: number;
  readonly readyMs: number;
  readonly idleMemoryMb: number;
}

async function measureStart(dataDirectory: string, databaseUrl: string | undefined): Promise<Start> {
  const began = performance.now();
  const server = spawn(process.execPath, [join(packageRoot, 'dist/src/main.js')], {
    env: {
      PATH: process.env.PATH,
      PORT: String(PORT),
      RETORT_DATA: dataDirectory,
      LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl ?? '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ready = once(server.stdout, 'data').then(() => performance.now() - began);
    const firstPredictionMs = await firstPrediction(began);
    const readyMs = await ready;
    await delay(IDLE_MS);
    return { firstPredictionMs, readyMs, idleMemoryMb: residentMb(server) };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

/** Asks until there is an answer, as a client that was started together with the server would. */
async function firstPrediction(began: number): Promise<number> {
  while (performance.now() - began < DEADLINE_MS) {
    try {
      const response = await fetch(`http://127.0.0.1:${PORT}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: ASPIRIN }),
      });
      const body = (await response.json()) as { data?: { predict?: { predictions?: { value: number }[] } } };
      if (typeof body.data?.predict?.predictions?.[0]?.value === 'number') return performance.now() - began;
    } catch {
      // Not listening yet.
    }
    await delay(20);
  }
  throw new Error(`No prediction within ${DEADLINE_MS} ms.`);
}

function residentMb({ pid }: ChildProcess): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

function measureBuild(): number {
  rmSync(join(packageRoot, 'dist/.stamps.json'), { force: true });
  const began = performance.now();
  execFileSync(process.execPath, [join(packageRoot, 'scripts/build.mjs')], { stdio: 'ignore' });
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function row(name: string, starts: readonly Start[]): string {
  const seconds = (pick: (start: Start) => number) => `${(median(starts.map(pick)) / 1000).toFixed(2)} s`;
  const memory = `${median(starts.map(({ idleMemoryMb }) => idleMemoryMb)).toFixed(0)} MB`;
  return `| ${name} | ${seconds((start) => start.firstPredictionMs)} | ${seconds((start) => start.readyMs)} | ${memory} |`;
}

const buildMs = measureBuild();
const rows: string[] = [];
for (const databaseUrl of [undefined, process.env.BENCH_DATABASE_URL]) {
  if (rows.length > 0 && databaseUrl === undefined) continue;
  const first: Start[] = [];
  const second: Start[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'retort-bench-'));
    if (databaseUrl !== undefined) await emptyDatabase(databaseUrl);
    first.push(await measureStart(dataDirectory, databaseUrl));
    second.push(await measureStart(dataDirectory, databaseUrl));
    rmSync(dataDirectory, { recursive: true, force: true });
  }
  const database = databaseUrl === undefined ? 'embedded' : 'PostgreSQL';
  rows.push(row(`first start, ${database}`, first), row(`second start, ${database}`, second));
}

process.stdout.write(
  [
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, median of ${RUNS} runs.`,
    `Building a fresh checkout, once: ${(buildMs / 1000).toFixed(1)} s.`,
    '',
    '| start | first prediction after | examples ready after | memory at rest |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n'),
);
