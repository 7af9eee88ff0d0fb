import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../src/platform/package-root.js';
import { freePorts } from '../support/mlserver.js';
import { ownedDirectory, ownedSpawn, stopped } from '../support/owned.js';
import { childrenOf } from '../support/proc-files.js';

/** A server of others that serves one graph. */
export interface PeerServer extends AsyncDisposable {
  readonly port: number;
  /** It and its children. */
  readonly pids: readonly number[];
  /** Before `/v2`. */
  readonly prefix: string;
}

interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly prefix?: string;
}

export interface Peer {
  readonly name: string;
  /** As scripts/install-engine.mjs knows it. */
  readonly engine: string;
  /** What it was set to, for the table. */
  readonly settings: string;
  readonly speaksBinary: boolean;
  readonly start: (where: {
    python: string;
    folder: string;
    graph: string;
    ports: readonly number[];
  }) => Start;
}

export const MODEL = 'model';
const START_MS = 180_000;
const DEPLOY = join(packageRoot, 'deploy');

export const PEERS: readonly Peer[] = [
  {
    name: 'MLServer 1.7.1',
    engine: 'mlserver',
    settings: 'its own process, no workers, no log of requests',
    speaksBinary: false,
    start({ python, folder, graph, ports: [http, grpc, metrics] }) {
      const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics };
      writeFileSync(
        join(folder, 'settings.json'),
        JSON.stringify({ ...settings, parallel_workers: 0, debug: false }),
      );
      mkdirSync(join(folder, MODEL));
      const model = {
        name: MODEL,
        implementation: 'retort_mlserver.RetortModel',
        parameters: { uri: graph },
      };
      writeFileSync(join(folder, MODEL, 'model-settings.json'), JSON.stringify(model));
      return {
        program: join(dirname(python), 'mlserver'),
        args: ['start', '.'],
        env: { PYTHONPATH: join(DEPLOY, 'engines/mlserver') },
      };
    },
  },
  {
    name: 'KServe 0.21.0',
    engine: 'kserve',
    settings: 'its Python server, one worker',
    speaksBinary: false,
    start: ({ python, graph, ports: [http = 0] }) => ({
      program: python,
      args: [join(DEPLOY, 'engines/kserve/serve.py'), '--http_port', String(http), `${MODEL}=${graph}`],
    }),
  },
  {
    name: 'Triton 2.51.0, Python backend',
    engine: 'triton',
    settings: 'nvidia-pytriton 0.7.0’s server, one instance of the model, no GPU',
    speaksBinary: true,
    start: ({ python, folder, graph, ports: [http = 0] }) => ({
      program: python,
      args: [
        join(DEPLOY, 'engines/triton/serve.py'),
        ...['--http-port', String(http), '--folder', join(folder, 'repository'), `${MODEL}=${graph}`],
      ],
    }),
  },
  {
    name: 'Ray Serve 2.60.0',
    engine: 'ray',
    settings: 'deploy/ray, one replica',
    speaksBinary: true,
    start({ python, folder, graph, ports: [http = 0] }) {
      const yaml = readFileSync(join(DEPLOY, 'ray/serve.yaml'), 'utf8')
        .replace(/(name|model): esol/g, `$1: ${MODEL}`)
        .replace('route_prefix: /esol', `route_prefix: /${MODEL}`)
        .replace(/artifact: sha256:\S+/, `artifact: ${graph}`)
        .replace('host: 0.0.0.0', 'host: 127.0.0.1')
        .replace('port: 8000', `port: ${http}`)
        .replace('max_replicas: 16', 'max_replicas: 1')
        .replace('max_ongoing_requests: 8', 'max_ongoing_requests: 128');
      writeFileSync(join(folder, 'serve.yaml'), yaml);
      return {
        program: join(dirname(python), 'serve'),
        args: ['run', join(folder, 'serve.yaml')],
        env: { PYTHONPATH: join(DEPLOY, 'ray'), RAY_USAGE_STATS_ENABLED: '0', RAY_TMPDIR: folder },
        prefix: `/${MODEL}`,
      };
    },
  },
  {
    name: 'BentoML 1.4.40',
    engine: 'bentoml',
    settings: 'bench/peers/bento_service.py, one worker',
    speaksBinary: false,
    start: ({ python, graph, ports: [http = 0] }) => ({
      program: join(dirname(python), 'bentoml'),
      args: [
        ...['serve', 'bento_service:Model', '--port', String(http), '--host', '127.0.0.1'],
        ...['--working-dir', join(packageRoot, 'bench/peers')],
      ],
      env: { BENCH_MODEL: graph, BENTOML_DO_NOT_TRACK: 'True' },
    }),
  },
];

/** Servers of others, ended together. */
export class PeerServers implements AsyncDisposable {
  private readonly running: PeerServer[] = [];

  /** @throws Error where it is not to be had, or does not start */
  async start(peer: Peer, graph: Uint8Array): Promise<PeerServer> {
    const server = await startPeer(peer, installedPython(peer), graph);
    this.running.push(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.running) await server[Symbol.asyncDispose]();
  }
}

/** Installs it where it is not yet. */
function installedPython({ engine }: Peer): string {
  const install = join(packageRoot, 'scripts/install-engine.mjs');
  return execFileSync(process.execPath, [install, engine], { encoding: 'utf8' });
}

async function startPeer(peer: Peer, python: string, graph: Uint8Array): Promise<PeerServer> {
  const directory = ownedDirectory();
  const file = join(directory.path, 'model.onnx');
  writeFileSync(file, graph);
  const ports = await freePorts(3);
  const {
    program,
    args,
    env = {},
    prefix = '',
  } = peer.start({
    python,
    folder: directory.path,
    graph: file,
    ports,
  });
  const child = ownedSpawn(program, args, {
    cwd: directory.path,
    env: { PATH: process.env.PATH, HOME: directory.path, ...env },
    stdio: 'ignore',
  });
  const [port = 0] = ports;
  const gone = once(child, 'exit').then((): never => {
    throw new Error(`${peer.name} ended instead of starting.`);
  });
  const path = peer.engine === 'bentoml' ? '/readyz' : `${prefix}/v2/models/${MODEL}/ready`;
  await Promise.race([gone, ready(peer.name, `http://127.0.0.1:${port}${path}`)]);
  gone.catch(() => undefined);
  const { pid = 0 } = child;
  return {
    port,
    prefix,
    pids: [pid, ...childrenOf(pid)],
    async [Symbol.asyncDispose]() {
      const children = childrenOf(pid);
      await stopped(child);
      for (const each of children) end(each);
      directory.remove();
    },
  };
}

async function ready(name: string, url: string): Promise<void> {
  const until = performance.now() + START_MS;
  while (performance.now() < until) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await delay(200);
  }
  throw new Error(`${name} was not ready within ${START_MS / 1000} s.`);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its parent.
  }
}
