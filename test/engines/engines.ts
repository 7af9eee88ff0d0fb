import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataType } from '../../src/tensors/index.js';
import { EngineProcess, freePorts, type EngineCommand } from './engine-process.js';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));

/** A model as the engine is told of it: its name, and the digest by which it reads it from Retort. */
export interface Served {
  readonly name: string;
  readonly digest: string;
}

export interface Engine {
  /** As it is installed. */
  readonly name: string;
  readonly protocol: 'OPEN_INFERENCE' | 'TF_SERVING';
  /** Which of them it is asked to carry every bit of. */
  readonly types: readonly DataType[];
  /** What `RETORT_URL` has. */
  command(
    python: string,
    folder: string,
    ports: readonly number[],
    models: readonly Served[],
  ): Promise<EngineCommand>;
  /** What a deployment's `runtime.remote.url` is for a model. */
  url(port: number, model: string): string;
}

const plain = (port: number) => `http://127.0.0.1:${port}`;
const names = (models: readonly Served[]) => models.map(({ name, digest }) => `${name}=${digest}`);

const kserve = {
  name: 'kserve',
  command: async (
    python: string,
    folder: string,
    [http = 0]: readonly number[],
    models: readonly Served[],
  ) => ({
    program: python,
    args: [join(DEPLOY, 'engines/kserve/serve.py'), '--http_port', String(http), ...names(models)],
    environment: {},
    folder,
  }),
  url: plain,
};

export const ENGINES: readonly Engine[] = [
  {
    name: 'mlserver',
    protocol: 'OPEN_INFERENCE',
    types: ['INT64', 'UINT64', 'FP32', 'FP64', 'BOOL', 'BYTES'],
    async command(python, folder, [http, grpc, metrics], models) {
      const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics };
      await writeFile(
        join(folder, 'settings.json'),
        JSON.stringify({ ...settings, parallel_workers: 0, debug: false }),
      );
      for (const { name, digest } of models) {
        await mkdir(join(folder, name), { recursive: true });
        const model = { name, implementation: 'retort_mlserver.RetortModel', parameters: { uri: digest } };
        await writeFile(join(folder, name, 'model-settings.json'), JSON.stringify(model));
      }
      return {
        program: join(dirname(python), 'mlserver'),
        args: ['start', '.'],
        environment: { PYTHONPATH: join(DEPLOY, 'engines/mlserver') },
        folder,
      };
    },
    url: plain,
  },
  {
    name: 'triton',
    protocol: 'OPEN_INFERENCE',
    types: ['INT64', 'UINT64', 'FP16', 'FP32', 'FP64', 'BOOL', 'BYTES'],
    async command(python, folder, [http = 0], models) {
      const options = ['--http-port', String(http), '--folder', join(folder, 'repository')];
      return {
        program: python,
        args: [join(DEPLOY, 'engines/triton/serve.py'), ...options, ...names(models)],
        environment: {},
        folder,
      };
    },
    url: plain,
  },
  { ...kserve, protocol: 'OPEN_INFERENCE', types: ['INT64', 'UINT64', 'FP32', 'FP64', 'BOOL', 'BYTES'] },
  { ...kserve, protocol: 'TF_SERVING', types: ['INT64', 'FP32', 'FP64', 'BOOL', 'BYTES'] },
  {
    name: 'ray',
    protocol: 'OPEN_INFERENCE',
    // Each model has processes of its own.
    types: ['INT64', 'FP16', 'BYTES'],
    async command(python, folder, [http], models) {
      const file = join(folder, 'serve.yaml');
      await writeFile(file, await rayConfiguration(http ?? 0, models));
      return {
        program: join(dirname(python), 'serve'),
        args: ['run', file],
        environment: { PYTHONPATH: join(DEPLOY, 'ray'), RAY_USAGE_STATS_ENABLED: '0', RAY_TMPDIR: folder },
        folder,
      };
    },
    url: (port, model) => `${plain(port)}/${model}`,
  },
];

/** deploy/ray/serve.yaml with other models, and what lets several of them share two processors. */
async function rayConfiguration(port: number, models: readonly Served[]): Promise<string> {
  const text = await readFile(join(DEPLOY, 'ray/serve.yaml'), 'utf8');
  const [head = '', application = ''] = text.split(/^applications:\n/m);
  const changed = (from: string, pattern: RegExp, to: string) => {
    if (!pattern.test(from))
      throw new Error(`deploy/ray/serve.yaml: expected a line like ${String(pattern)}`);
    return from.replaceAll(new RegExp(pattern, 'g'), to);
  };
  const applications = models.map(({ name, digest }) => {
    let own = changed(application, /(name|model): esol/, `$1: ${name}`);
    own = changed(own, /route_prefix: \/esol/, `route_prefix: /${name}`);
    own = changed(own, /artifact: sha256:\S+/, `artifact: ${digest}`);
    own = changed(own, /num_cpus: 1/, 'num_cpus: 0.2');
    return changed(own, /upscale_delay_s: 5/, 'upscale_delay_s: 1');
  });
  return `${changed(head, /port: 8000/, `port: ${port}`)}applications:\n${applications.join('')}`;
}

/** Starts it with these models, which it reads from a Retort. */
export async function startEngine(
  engine: Engine,
  python: string,
  folder: string,
  models: readonly Served[],
  retort: string,
): Promise<{ readonly process: EngineProcess; readonly urlOf: (model: string) => string }> {
  const ports = await freePorts(3);
  const command = await engine.command(python, folder, ports, models);
  const urlOf = (model: string) => engine.url(ports[0] ?? 0, model);
  const path = (model: string) =>
    engine.protocol === 'OPEN_INFERENCE' ? `/v2/models/${model}/ready` : `/v1/models/${model}`;
  const environment = { ...command.environment, RETORT_URL: retort };
  const started = new EngineProcess(
    { ...command, environment },
    models.map(({ name }) => urlOf(name) + path(name)),
  );
  await started.start();
  return { process: started, urlOf };
}
