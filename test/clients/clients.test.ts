import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deploy } from '../api/support/catalog-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { packagesOf, program, pythonWith } from './install.js';

const run = promisify(execFile);
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '') as unknown;

const python = {
  triton: await pythonWith('tritonclient', ['tritonclient[http]==2.73.0']),
  kserve: await pythonWith('kserve', ['kserve==0.21.0']),
  gql: await pythonWith('gql', ['gql[aiohttp,websockets]==4.4.0']),
};
const javascript = await packagesOf('javascript-clients', [
  '@apollo/client@4',
  '@urql/core@6',
  'graphql@16',
  'graphql-ws@6',
  'rxjs@7',
  'ws@8',
]);
const codegen = await packagesOf('graphql-codegen', [
  '@graphql-codegen/cli@5',
  '@graphql-codegen/typescript@4',
  '@graphql-codegen/typescript-operations@4',
  'graphql@16',
  'typescript@5',
]);
const relay = await packagesOf('relay-compiler', ['relay-compiler@20', 'graphql@16']);
const java = await program('java', '-version');

/** Ethanol's solubility by version 3 of the example, and aspirin's by version 2, whose coefficients stand in its card. */
const ETHANOL = 1.096;
const ASPIRIN: unknown = expect.closeTo(-2.091, 2);

describe('clients that others made', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', examples: true });
    // Four descriptors a molecule, which a program may well write by hand.
    await deploy(app, 'refit', 'esol@2');
  }, 300_000);
  afterAll(() => app.close());
  const where = (available: string | null) => (available === null ? it.skip : it);
  const host = () => app.url.replace('http://', '');

  where(python.triton)('tritonclient asks, configures, loads and counts', async () => {
    const { stdout } = await run(python.triton ?? '', [here('triton.py'), host()]);
    const answer = lastLine(stdout) as { parallel: number[]; json: number };
    expect(answer).toMatchObject({
      live: true,
      ready: true,
      platform: 'onnx_onnxv1',
      config: { max_batch_size: 32, dims: [4] },
      json: ASPIRIN,
      binary: ASPIRIN,
      counted: true,
      timed: ['compute_infer', 'compute_input', 'compute_output'],
      index: ['binding-energy', 'esol', 'lennard-jones', 'meat-fat', 'refit', 'wine-cultivar'],
      trace: expect.stringContaining('does not support the trace extension'),
    });
    expect(answer.parallel).toEqual([answer.json]);
  });

  where(python.kserve)('KServe speaks v2 and v1', async () => {
    const { stdout } = await run(python.kserve ?? '', [here('kserve_client.py'), app.url]);
    expect(lastLine(stdout)).toEqual({ live: true, ready: true, v2: ASPIRIN, v1: [ASPIRIN] });
  });

  where(python.gql)("Python's gql calls and watches", async () => {
    const { stdout } = await run(python.gql ?? '', [here('gql_client.py'), app.url]);
    expect(lastLine(stdout)).toEqual({
      predicted: [{ value: expect.closeTo(ETHANOL, 2), unit: 'log10(mol/L)' }],
      seen: expect.any(String),
    });
  });

  /** A script beside the packages it imports. */
  async function runBeside(folder: string | null, script: string): Promise<unknown> {
    const copy = join(folder ?? '', script);
    await copyFile(here(script), copy);
    return lastLine((await run(process.execPath, [copy, app.url])).stdout);
  }
  const called = { name: 'esol', value: expect.closeTo(ETHANOL, 2), seen: 'string' };

  where(javascript)('Apollo Client calls, caches and watches', async () => {
    // The second query is the cache's, the mutation the second request.
    expect(await runBeside(javascript, 'apollo.mjs')).toEqual({ ...called, requests: 2 });
  });

  where(javascript)('urql calls and watches', async () => {
    expect(await runBeside(javascript, 'urql.mjs')).toEqual(called);
  });

  where(java)("Java's HttpClient, which offers to upgrade to HTTP/2, gets its answers", async () => {
    const { stdout } = await run(java ?? '', [here('HttpCall.java'), app.url]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^200 \{"data":\{"predict":\{"predictions":\[\{"value":-0\.04/);
  });

  const DOCUMENT = `query Read($ref: String!, $first: Int) {
    version(ref: $ref) { id ref createdAt artifact { size } signature { inputs { name shape } } }
    models(first: $first) { edges { node { id name } } }
  }
  mutation Ask($input: InferInput!) { infer(input: $input) { outputs { name data } userErrors { code } } }`;

  where(codegen)(
    'graphql-codegen makes types that the compiler takes, with the settings of docs/clients.md',
    async () => {
      const folder = codegen ?? '';
      await mkdir(join(folder, 'src'), { recursive: true });
      await writeFile(join(folder, 'src/all.graphql'), DOCUMENT);
      const documented = /```ts\n(import type \{ CodegenConfig[\s\S]*?)```/.exec(
        await readFile(here('../../docs/clients.md'), 'utf8'),
      )?.[1];
      await writeFile(
        join(folder, 'codegen.ts'),
        (documented ?? '').replaceAll('http://127.0.0.1:4000', app.url),
      );
      const bin = (name: string) => join(folder, 'node_modules/.bin', name);
      await run(bin('graphql-codegen'), ['--config', 'codegen.ts'], { cwd: folder });
      await run(bin('tsc'), ['--noEmit', '--strict', '--skipLibCheck', 'src/generated.ts'], { cwd: folder });
      const generated = await readFile(join(folder, 'src/generated.ts'), 'utf8');
      expect(generated).toMatch(/export type AskMutation = /);
      expect(generated).toMatch(/BigInt: \{ input: number \| string/);
    },
  );

  where(relay)('relay-compiler takes the schema and a connection', async () => {
    const folder = relay ?? '';
    await mkdir(join(folder, 'src'), { recursive: true });
    const { __schema: schema } = await introspected(app);
    expect(schema).toBeDefined();
    const { buildClientSchema, printSchema } = await import('graphql');
    await writeFile(
      join(folder, 'schema.graphql'),
      printSchema(buildClientSchema({ __schema: schema } as never)),
    );
    await writeFile(
      join(folder, 'src/models.ts'),
      `import { graphql } from 'react-relay';
       graphql\`query modelsQuery { ...models_list }\`;
       graphql\`fragment models_list on Query @argumentDefinitions(first: {type: "Int", defaultValue: 10}, after: {type: "String"})
         @refetchable(queryName: "modelsPageQuery") {
         models(first: $first, after: $after) @connection(key: "list_models") { edges { node { id name } } } }\`;`,
    );
    const config = { src: './src', schema: './schema.graphql', language: 'typescript', eagerEsModules: true };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    await run(join(folder, 'node_modules/.bin/relay-compiler'), ['relay.config.json'], { cwd: folder });
    expect(await readFile(join(folder, 'src/__generated__/modelsPageQuery.graphql.ts'), 'utf8')).toContain(
      'modelsPageQuery',
    );
  });
});

async function introspected(app: TestApp): Promise<{ __schema?: unknown }> {
  const { getIntrospectionQuery } = await import('graphql');
  return (await app.graphql(getIntrospectionQuery())).data as { __schema?: unknown };
}
