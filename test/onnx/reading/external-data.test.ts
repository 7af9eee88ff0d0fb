import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readGraph } from '../../../src/onnx/graph-summary.js';
import { ModelInspector, RunnerPool, type Isolation } from '../../../src/runtime/index.js';
import { ModelFolders } from '../../../src/runtime/model-folders.js';
import { ModelFolder } from '../awkward-models.js';
import { encode, encodedSomehow, message, type Message } from './encodings.js';

let folder: ModelFolder;
let inspector: ModelInspector;
beforeAll(async () => {
  folder = await ModelFolder.create();
  inspector = new ModelInspector();
});
afterAll(async () => {
  await inspector.close();
  await folder[Symbol.asyncDispose]();
});

// Numbers of fields in onnx/onnx.proto.
const SINGLE = { model: [1, 7], graph: [2], node: [4], attribute: [5, 6, 20, 22], tensor: [2, 14], sparse: [1, 2], value: [2], type: [1], tensorType: [1, 2] } as const; // prettier-ignore

const entry = (key: string, value: string) => message([[1, key], [2, value]]); // prettier-ignore
const external = (name: string): Message =>
  message(
    [
      [1, 4n],
      [2, 1n],
      [8, name],
      [13, entry('location', 'neighbour.bin')],
      [13, entry('offset', '0')],
      [13, entry('length', '16')],
      [14, 1n],
    ],
    SINGLE.tensor,
  );
const value = (name: string): Message => {
  const shape = message([[1, message([[1, 4n]])]]);
  const tensorType = message([[1, 1n], [2, shape]], SINGLE.tensorType); // prettier-ignore
  return message([[1, name], [2, message([[1, tensorType]], SINGLE.type)]], SINGLE.value); // prettier-ignore
};
const node = (input: string | null, output: string, operator: string, attributes: readonly Message[] = []) =>
  message(
    [
      ...(input === null ? [] : ([[1, input]] as const)),
      [2, output],
      [4, operator],
      ...attributes.map((attribute) => [5, attribute] as const),
    ],
    SINGLE.node,
  );
const attribute = (number: number, content: Message, type: bigint) =>
  message([[1, 'value'], [number, content], [20, type]], SINGLE.attribute); // prettier-ignore
const graph = (nodes: readonly Message[], more: readonly (readonly [number, Message])[] = []): Message =>
  message(
    [...nodes.map((each) => [1, each] as const), [2, 'g'], ...more, [11, value('x')], [12, value('y')]],
    SINGLE.graph,
  );
const model = (content: Message, more: readonly (readonly [number, Message])[] = []): Message =>
  message([[1, 8n], [7, content], [8, message([[1, ''], [2, 17n]])], ...more], SINGLE.model); // prettier-ignore
const plain = graph([node('x', 'y', 'Identity')]);
const sparse = message([[1, external('s')], [3, 4n]], SINGLE.sparse); // prettier-ignore

/** Wherever a tensor can stand. */
const places: readonly [string, Message][] = [
  ['an initializer', model(graph([node('w', 'y', 'Identity')], [[5, external('w')]]))],
  ['a sparse initializer', model(graph([node('x', 'y', 'Identity')], [[15, sparse]]))],
  ['a Constant', model(graph([node(null, 'y', 'Constant', [attribute(5, external('c'), 4n)])]))],
  ['a list of tensors', model(graph([node('x', 'y', 'Identity', [attribute(10, external('c'), 9n)])]))],
  ['a sparse attribute', model(graph([node('x', 'y', 'Identity', [attribute(22, sparse, 11n)])]))],
  ['sparse attributes', model(graph([node('x', 'y', 'Identity', [attribute(23, sparse, 12n)])]))],
  ['a subgraph', model(graph([node('x', 'y', 'If', [attribute(6, graph([], [[5, external('w')]]), 5n)])]))],
  [
    'a subgraph of a list',
    model(graph([node('x', 'y', 'If', [attribute(11, graph([], [[5, external('w')]]), 10n)])])),
  ],
  ['a function', model(plain, [[25, message([[1, 'f'], [7, node(null, 'y', 'Constant', [attribute(5, external('c'), 4n)])], [10, 'd']])]])], // prettier-ignore
  ["a default of a function's attribute", model(plain, [[25, message([[1, 'f'], [10, 'd'], [11, attribute(5, external('c'), 4n)]])]])], // prettier-ignore
  ['a graph for training', model(plain, [[20, message([[2, graph([], [[5, external('w')]])]], [1, 2])]])], // prettier-ignore
];

const RUNS = Number(process.env.RETORT_TEST_ENCODINGS ?? 25);

describe('A tensor whose data lies in another file is seen', () => {
  it.each(places)('in %s, however the file is encoded', async (_, content) => {
    const path = await folder.file('');
    const check = async (bytes: Uint8Array) => {
      await writeFile(path, bytes);
      expect(readGraph(path).external).toMatchObject([
        { location: 'neighbour.bin', offset: '0', length: '16' },
      ]);
    };
    await check(encode(content));
    await fc.assert(fc.asyncProperty(encodedSomehow(content), check), { numRuns: RUNS, endOnFailure: true });
  });

  it('wherever the runtime sees it', async () => {
    const [[, content] = ['', plain]] = places;
    const samples = fc.sample(encodedSomehow(content), RUNS);
    const paths = await Promise.all(samples.map((bytes) => folder.file(bytes)));
    const script = `
      import { InferenceSession } from 'onnxruntime-node';
      for (const path of process.argv.slice(1))
        console.log(await InferenceSession.create(path, { logSeverityLevel: 4 }).then(() => 'loaded', String).then((text) => JSON.stringify(text)));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      ...paths,
    ]);
    const answers = stdout.trim().split('\n');
    expect(answers).toHaveLength(RUNS);
    for (const answer of answers) expect(answer).toMatch(/External data path.*neighbour\.bin/);
  });

  it('by its last valid location only, as the runtime does', async () => {
    const inline = message([...external('w').parts, [14, 0n]]);
    const path = await folder.file(encode(model(graph([node('w', 'y', 'Identity')], [[5, inline]]))));
    expect(readGraph(path).external).toEqual([]);
    const unknown = message([...external('w').parts, [14, 7n], [14, (1n << 32n) + 1n]]);
    await writeFile(path, encode(model(graph([node('w', 'y', 'Identity')], [[5, unknown]]))));
    expect(readGraph(path).external).toHaveLength(1);
  });
});

describe('A model without its data', () => {
  /** Five-byte tags with a bit beyond the 32nd, which the C++ parser cuts off. */
  const wideTags = Buffer.from(
    'CAg6eAoQCgF3EgF5IghJZGVudGl0eRIBZypPCBAQAkIBd+qAgIAQGQoIbG9jYXRpb24SDW5laWdoYm91ci5iaW7qgICAEAsKBm9mZnNldBIBMOqAgIAQDAoGbGVuZ3RoEgIxNvCAgIAQAWIQCgF5EgsKCQgCEgUKAxIBbkIECgAQEQ==',
    'base64',
  );

  it('is refused with wide tags as with any', async () => {
    const path = await folder.file(wideTags);
    await expect(inspector.inspect(path)).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('The weights lie in another file ("neighbour.bin")'),
    });
  });

  it.each<Isolation>(['THREAD', 'PROCESS'])(
    'is not given a neighbour of its file, even if it is loaded unread (%s)',
    async (isolation) => {
      const home = join(folder.directory, `home-${isolation}`);
      await mkdir(home);
      const [[, content] = ['', plain]] = places;
      await writeFile(join(home, 'model'), encode(content));
      await writeFile(join(home, 'neighbour.bin'), Float32Array.of(1, 2, 3, 4));
      const pool = new RunnerPool({ workers: 1 });
      try {
        await expect(pool.load(join(home, 'model'), { isolation })).rejects.toMatchObject({
          code: 'INVALID_MODEL',
          message: expect.stringMatching(/does not exist/),
        });
        // With its data, the same file loads and has the data's numbers.
        const data = [{ name: 'neighbour.bin', path: join(home, 'neighbour.bin') }];
        const loaded = await pool.load({ model: join(home, 'model'), data }, { isolation });
        const x = { name: 'x', datatype: 'FP32' as const, shape: [4], data: new Float32Array(4) };
        expect((await loaded.run([x])).outputs[0]?.data).toEqual(Float32Array.of(1, 2, 3, 4));
      } finally {
        await pool.close();
      }
    },
  );
});

describe('The folders that models are loaded from', () => {
  it('hold the same bytes without a copy, and nothing of an earlier process', async () => {
    const directory = join(folder.directory, 'held');
    await mkdir(join(directory, 'left-behind'), { recursive: true });
    const folders = new ModelFolders(directory);
    const path = await folder.file('the model');
    const held = await folders.hold({ model: path, data: [{ name: 'sub/w.bin', path }] });
    expect(await readFile(held.path, 'utf8')).toBe('the model');
    const [only] = await readdir(directory);
    expect(await readdir(directory)).toHaveLength(1);
    expect((await readdir(join(directory, only ?? ''), { recursive: true })).sort()).toEqual([
      'model.onnx',
      'sub',
      join('sub', 'w.bin'),
    ]);
    await held.release();
    expect(await readdir(directory)).toEqual([]);
    await folders.close();
  });
});
