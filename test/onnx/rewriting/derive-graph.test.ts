import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelInspector, RunnerPool, type Inspection } from '../../../src/runtime/index.js';
import { type Tensor } from '../../../src/tensors/index.js';
import { modelWriter } from '../../../src/onnx/onnx-schema.js';
import { checkRewritten } from '../../../src/onnx/rewriting/check-rewritten.js';
import { deriveGraph } from '../../../src/onnx/rewriting/derive-graph.js';
import { planRewrites } from '../../../src/onnx/rewriting/plan-rewrites.js';
import { writeRewritten } from '../../../src/onnx/rewriting/write-rewritten.js';
import { ModelFolder } from '../awkward-models.js';

const FLOAT = 1;
const INT8 = 3;
const BFLOAT16 = 16;
const FLOAT8E4M3FN = 17;
const INT4 = 22;

let folder: ModelFolder;
let inspector: ModelInspector;
let pool: RunnerPool;
beforeAll(async () => {
  folder = await ModelFolder.create();
  inspector = new ModelInspector();
  pool = new RunnerPool({ workers: 1 });
});
afterAll(async () => {
  await pool.close();
  await inspector.close();
  await folder[Symbol.asyncDispose]();
});

const fixture = (name: string) => readFile(new URL(`../../fixtures/graphs/${name}.onnx`, import.meta.url));

interface Model {
  readonly node: object[];
  readonly input: object[];
  readonly output: object[];
  readonly initializer?: object[];
}

function model(graph: Model, { ir = 10, opset = 21 } = {}): Uint8Array {
  return modelWriter
    .encode({
      ir_version: ir,
      opset_import: [{ domain: '', version: opset }],
      graph: { name: 'g', ...graph },
    })
    .finish();
}

const value = (name: string, type: number, ...sizes: number[]) => ({
  name,
  type: {
    tensor_type: {
      elem_type: type,
      shape: { dim: [{}, ...sizes.map((size) => ({ dim_value: size }))] },
    },
  },
});
const node = (op: string, input: string[], output: string, attribute: object[] = []) => ({
  op_type: op,
  input,
  output: [output],
  attribute,
});
const cast = (input: string, output: string, to: number) =>
  node('Cast', [input], output, [{ name: 'to', type: 2, i: to }]);

/** `y = x` by way of a type that the runtime can do something with. */
const through = (type: number, wide: number) =>
  model({
    node: [cast('x', 'wide', wide), cast('wide', 'y', type)],
    input: [value('x', type)],
    output: [value('y', type)],
  });

async function derived(bytes: Uint8Array): Promise<Inspection & { run: (x: Tensor) => Promise<unknown[]> }> {
  const path = await folder.file(bytes);
  const derivedTo = `${path}.derived`;
  const inspection = await inspector.inspect(path, { derivedTo });
  return {
    ...inspection,
    run: async (x) => {
      const loaded = await pool.load(inspection.derived === null ? path : derivedTo);
      const { outputs } = await loaded.run([x]);
      await loaded.release();
      return Array.from<unknown>(outputs[0]?.data ?? []);
    },
  };
}

describe('A number format that no request can carry', () => {
  it.each([
    ['BF16', BFLOAT16, [0.5, -3, 3.140625, 2 ** 100, NaN, Infinity]],
    ['FP8E4M3FN', FLOAT8E4M3FN, [0.5, -3, 448, 2 ** -9, NaN]],
  ] as const)('%s is carried as FP32, to the bit', async (storedAs, type, values) => {
    const { signature, rewrites, run } = await derived(through(type, FLOAT));
    const spec = { datatype: 'FP32', shape: [-1], storedAs };
    expect(signature).toEqual({ inputs: [{ name: 'x', ...spec }], outputs: [{ name: 'y', ...spec }] });
    expect(rewrites.map(({ kind }) => kind)).toEqual(['INPUT_CAST', 'OUTPUT_CAST']);
    const data = Float32Array.from(values);
    const x: Tensor = { name: 'x', datatype: 'FP32', shape: [data.length], data };
    expect(await run(x)).toEqual([...Float32Array.from(values)]);
  });

  it('INT4 is carried as INT8', async () => {
    const { signature, run } = await derived(through(INT4, INT8));
    expect(signature.inputs).toEqual([{ name: 'x', datatype: 'INT8', shape: [-1], storedAs: 'INT4' }]);
    const data = Int8Array.from([-8, -1, 0, 7]);
    expect(await run({ name: 'x', datatype: 'INT8', shape: [4], data })).toEqual([-8, -1, 0, 7]);
  });

  it('is carried into the bodies of the graph', async () => {
    const branch = (addend: string) => ({
      name: addend,
      node: [cast('x', `wide_${addend}`, FLOAT), node('Mul', [`wide_${addend}`, addend], `out_${addend}`)],
      output: [value(`out_${addend}`, FLOAT)],
    });
    const scalar = (name: string, number: number) => ({
      name,
      dims: [],
      data_type: FLOAT,
      raw_data: new Uint8Array(Float32Array.from([number]).buffer),
    });
    const bytes = model({
      initializer: [scalar('two', 2), scalar('three', 3)],
      node: [
        cast('x', 'all', FLOAT),
        node('ReduceSum', ['all'], 'sum', [{ name: 'keepdims', type: 2, i: 0 }]),
        node('Greater', ['sum', 'two'], 'large'),
        node('If', ['large'], 'y', [
          { name: 'then_branch', type: 5, g: branch('two') },
          { name: 'else_branch', type: 5, g: branch('three') },
        ]),
      ],
      input: [value('x', BFLOAT16)],
      output: [value('y', FLOAT)],
    });
    const { run } = await derived(bytes);
    const ask = (...values: number[]) =>
      run({ name: 'x', datatype: 'FP32', shape: [values.length], data: Float32Array.from(values) });
    expect(await ask(4, 1)).toEqual([8, 2]);
    expect(await ask(0.5, 1)).toEqual([1.5, 3]);
  });
});

describe('Weights that an exporter lists among the inputs', () => {
  const weights = (elements: number) => ({
    name: 'w',
    dims: [1, elements],
    data_type: FLOAT,
    raw_data: new Uint8Array(new Float32Array(elements).fill(2).buffer),
  });
  const bias = { name: 'b', dims: [1], data_type: FLOAT, raw_data: new Uint8Array(4) };
  const graph = (elements: number): Model => ({
    node: [node('Mul', ['x', 'w'], 'scaled'), node('Add', ['scaled', 'b'], 'y')],
    input: [value('x', FLOAT, elements), value('w', FLOAT, elements), value('b', FLOAT)],
    output: [value('y', FLOAT, elements)],
    initializer: [weights(elements), bias],
  });

  it.each([
    ['as all did before IR version 4', 3, 4],
    ['as MXNet and early PyTorch did after', 8, 512],
  ])('are no optional inputs, %s', async (_, ir, elements) => {
    const { signature, rewrites } = await derived(model(graph(elements), { ir, opset: 13 }));
    expect(signature.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(rewrites).toEqual([]);
  });

  it('are optional inputs where all of them are as small as settings are', async () => {
    const { signature } = await derived(model(graph(4), { ir: 8, opset: 13 }));
    expect(signature.inputs).toMatchObject([
      { name: 'x' },
      { name: 'w', default: { datatype: 'FP32', shape: [1, 4] } },
      { name: 'b', default: { datatype: 'FP32', shape: [1] } },
    ]);
  });
});

describe('A derived graph', () => {
  it.each(['classifier-with-zipmap', 'svc-string', 'lightgbm-pipeline-string'])(
    'keeps every other node and weight of %s, and one that does not is found out',
    async (name) => {
      const path = await folder.file(await fixture(name));
      const { edits } = planRewrites(path);
      const target = `${path}.derived`;
      writeRewritten(path, edits, target);
      expect(() => checkRewritten(path, edits, target)).not.toThrow();
      const bytes = await readFile(target);
      // Any attribute of the classifier: the last byte of the word before its value changes the operator.
      const at = bytes.indexOf('lassifier');
      bytes[at] = 'L'.charCodeAt(0);
      await writeFile(target, bytes);
      expect(() => checkRewritten(path, edits, target)).toThrow('differs from its source');
    },
  );

  it('is the same bytes every time', async () => {
    const path = await folder.file(await fixture('pipeline-string'));
    const [one, two] = [join(folder.directory, 'one'), join(folder.directory, 'two')];
    expect(deriveGraph(path, one)?.sha256).toBe(deriveGraph(path, two)?.sha256);
  });

  it('leaves a ZipMap alone whose maps the graph reads itself', async () => {
    const bytes = model(
      {
        node: [
          {
            ...node('ZipMap', ['x'], 'maps', [{ name: 'classlabels_int64s', type: 7, ints: [0, 1] }]),
            domain: 'ai.onnx.ml',
          },
          node('SequenceAt', ['maps', 'first'], 'y'),
        ],
        initializer: [{ name: 'first', dims: [], data_type: 7, raw_data: new Uint8Array(8) }],
        input: [value('x', FLOAT, 2)],
        output: [
          {
            name: 'maps',
            type: {
              sequence_type: { elem_type: { map_type: { key_type: 7, value_type: value('', FLOAT).type } } },
            },
          },
        ],
      },
      { opset: 13 },
    );
    expect(planRewrites(await folder.file(bytes)).rewrites).toEqual([]);
  });
});
