import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../../src/platform/package-root.js';
import type { Options } from './options.js';
import { ownedDirectory, ownedSpawn, stopped } from './owned.js';
import { childrenOf, commandOf } from './proc-files.js';

export type ProbeCommand = 'watch' | 'report' | 'statements';

/** How late the event loop came to its timers. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Runs {
  readonly rows: number;
  readonly runs: number;
}

/** Settings of a deployment as `deployVersion` takes them. */
export interface DeploySettings {
  readonly runtime?: {
    readonly threads?: number;
    readonly replicas?: number;
    readonly isolation?: 'THREAD' | 'PROCESS';
    readonly remote?: { readonly protocol: 'OPEN_INFERENCE'; readonly url: string; readonly model: string };
  };
  readonly batching?: { readonly enabled?: boolean };
}

export interface RetortSettings {
  /** A PostgreSQL that is left as it is when the server stops; the embedded database when left out. */
  readonly databaseUrl?: string | undefined;
  /** Kept when the server stops; a directory of its own, which goes with it, when left out. */
  readonly dataDirectory?: string | undefined;
  /** Whether an empty catalog is given the examples. */
  readonly examples?: boolean;
  /** Further settings, by their names in the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Counts the SQL statements the server sends, for `statements`. */
  readonly countStatements?: boolean;
}

/** Retort as its users run it, in a process, a data directory and a database of its own. */
export interface RetortServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Its own process first, then the runners of its models. */
  processes(): number[];
  /** @throws Error with the answer when it holds an error of any kind. */
  graphql(query: string, variables: object): Promise<Readonly<Record<string, unknown>>>;
  /** Stores a file; answers its digest. */
  upload(graph: Uint8Array): Promise<string>;
  /** Registers a model and publishes the graph as its version. */
  publish(model: string, graph: Uint8Array): Promise<void>;
  /** Resolves when the deployment is READY. */
  deploy(name: string, settings?: DeploySettings & { readonly model?: string }): Promise<void>;
  /** Since the start: rows that a deployment answered, and the runs of the graph it took. */
  runsOf(deployment: string): Promise<Runs>;
  /** Begins to measure how late the event loop is. */
  watchLoop(): void;
  /** Since `watchLoop`. */
  loopDelay(): Promise<LoopDelay>;
  /** SQL statements sent since the start. */
  statements(): Promise<number>;
}

const READY = /GraphQL\s+http:\/\/[^:]+:(\d+)\/graphql/;

export async function startRetort(
  { profileDirectory }: Pick<Options, 'profileDirectory'>,
  settings: RetortSettings = {},
): Promise<RetortServer> {
  const directory =
    settings.dataDirectory === undefined
      ? ownedDirectory()
      : { path: settings.dataDirectory, remove: () => undefined };
  const probes = ['server-probe.js', ...(settings.countStatements === true ? ['statement-probe.js'] : [])];
  const preloaded = probes.flatMap((probe) => ['--import', new URL(probe, import.meta.url).href]);
  const profiling =
    profileDirectory === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profileDirectory)];
  const main = join(packageRoot, 'dist/src/main.js');
  const child = ownedSpawn(process.execPath, [...preloaded, ...profiling, main], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      RETORT_DATA: directory.path,
      RETORT_EXAMPLES: String(settings.examples ?? false),
      DATABASE_URL: settings.databaseUrl ?? '',
      LOG_LEVEL: 'error',
      ...settings.environment,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const pid = child.pid ?? 0;
  const port = await portIn(child.stdout, once(child, 'exit'));

  const graphql: RetortServer['graphql'] = async (query, variables) => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { data, errors } = JSON.parse(text) as { data?: Record<string, unknown> | null; errors?: unknown };
    if (errors !== undefined || !data || /"userErrors":\[[^\]]/.test(text)) throw new Error(text);
    return data;
  };

  return {
    port,
    pid,
    graphql,
    // Whatever reads a new model is gone seconds later and serves nothing.
    processes: () => [pid, ...childrenOf(pid).filter((child) => !commandOf(child).includes('inspector'))],
    upload: (graph) => upload(port, graph),
    async publish(model, graph) {
      const digest = await upload(port, graph);
      await graphql(PUBLISH, { model, digest });
    },
    async deploy(name, { model = name, ...settings } = {}) {
      const input = { name, version: model, waitMs: 120_000, ...settings };
      const data = await graphql(DEPLOY, { input });
      const answer = data.deployVersion as { deployment: { state: string; stateReason: string | null } };
      const { state, stateReason } = answer.deployment;
      if (state !== 'READY') throw new Error(`Deployment "${name}" is ${state}: ${stateReason ?? ''}`);
    },
    async runsOf(deployment) {
      const response = await fetch(`http://127.0.0.1:${port}/v2/models/${deployment}/stats`);
      const { model_stats: stats } = (await response.json()) as {
        model_stats: readonly { inference_count: number; execution_count: number }[];
      };
      const [found = { inference_count: 0, execution_count: 0 }] = stats;
      return { rows: found.inference_count, runs: found.execution_count };
    },
    watchLoop: () => void child.send('watch' satisfies ProbeCommand),
    async loopDelay() {
      const report = once(child, 'message');
      child.send('report' satisfies ProbeCommand);
      return ((await report) as [LoopDelay])[0];
    },
    async statements() {
      const count = once(child, 'message');
      child.send('statements' satisfies ProbeCommand);
      return ((await count) as [number])[0];
    },
    async [Symbol.asyncDispose]() {
      await stopped(child);
      directory.remove();
    },
  };
}

const PUBLISH = `mutation($model: String!, $digest: String!) {
  registerModel(input: { name: $model, domain: GENERAL }) { userErrors { message } }
  publishVersion(input: { model: $model, artifact: { digest: $digest } }) { userErrors { message } }
}`;
const DEPLOY = `mutation($input: DeployVersionInput!) {
  deployVersion(input: $input) { deployment { state stateReason } userErrors { message } }
}`;

async function upload(port: number, graph: Uint8Array): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/artifacts`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(graph),
  });
  const text = await response.text();
  const { digest } = JSON.parse(text) as { digest?: string };
  if (digest === undefined) throw new Error(text);
  return digest;
}

async function portIn(stdout: Readable | null, exit: Promise<unknown>): Promise<number> {
  let printed = '';
  const found = new Promise<number>((resolve) => {
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const port = READY.exec(printed)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
  return Promise.race([
    found,
    exit.then((): never => {
      throw new Error('Retort ended instead of starting; its reason is above.');
    }),
  ]);
}
