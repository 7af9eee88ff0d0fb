import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../src/platform/package-root.js';
import { ownedDirectory, ownedSpawn, stopped } from './owned.js';

/** Of other people, in an environment of its own; it serves ONNX files by deploy/engines. */
export interface MlServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

const START_MS = 120_000;

/** @param models graphs by their names. It runs them in its own process: its worker processes cost a message more. */
export async function startMlServer(models: Readonly<Record<string, Uint8Array>>): Promise<MlServer> {
  const install = join(packageRoot, 'scripts/install-engine.mjs');
  const python = execFileSync(process.execPath, [install, 'mlserver'], { encoding: 'utf8' });
  const directory = ownedDirectory();
  const [port = 0, grpc, metrics] = await freePorts(3);
  const settings = { host: '127.0.0.1', http_port: port, grpc_port: grpc, metrics_port: metrics };
  // Without its log of each request, which Retort has none of, either.
  const quiet = { parallel_workers: 0, debug: false };
  writeFileSync(join(directory.path, 'settings.json'), JSON.stringify({ ...settings, ...quiet }));
  for (const [name, graph] of Object.entries(models)) {
    const folder = join(directory.path, name);
    const file = join(directory.path, `${name}.onnx`);
    mkdirSync(folder);
    writeFileSync(file, graph);
    const model = { name, implementation: 'retort_mlserver.RetortModel', parameters: { uri: file } };
    writeFileSync(join(folder, 'model-settings.json'), JSON.stringify(model));
  }
  const child = ownedSpawn(join(dirname(python), 'mlserver'), ['start', '.'], {
    cwd: directory.path,
    env: { PATH: process.env.PATH, PYTHONPATH: join(packageRoot, 'deploy/engines/mlserver') },
    stdio: 'ignore',
  });
  const gone = once(child, 'exit').then((): never => {
    throw new Error('MLServer ended instead of starting.');
  });
  await Promise.race([gone, ...Object.keys(models).map((name) => ready(port, name))]);
  gone.catch(() => undefined);
  for (const name of Object.keys(models)) await ready(port, name);
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await stopped(child);
      directory.remove();
    },
  };
}

async function ready(port: number, model: string): Promise<void> {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/models/${model}/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await delay(100);
  }
  throw new Error(`MLServer did not serve "${model}" within ${START_MS / 1000} s.`);
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
