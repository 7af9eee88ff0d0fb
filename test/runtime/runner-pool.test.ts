import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Worker } from 'node:worker_threads';
import {
  DATA_TYPES,
  decodeTensor,
  encodeTensor,
  type DataType,
  type Tensor,
} from '../../src/tensors/index.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { RunnerPool, type Isolation, type LoadedModel } from '../../src/runtime/index.js';
import { ModelFolder, oneNode, perceptron, runDirectly, slowChain } from '../onnx/awkward-models.js';

let folder: ModelFolder;
let pool: RunnerPool;
beforeAll(async () => {
  folder = await ModelFolder.create();
  pool = new RunnerPool({ workers: 2 });
});
afterAll(async () => {
  await pool.close();
  await folder[Symbol.asyncDispose]();
});

function floats(name: string, shape: number[], value: (index: number) => number = Math.sin): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    name,
    datatype: 'FP32',
    shape,
    data: Float32Array.from({ length: count }, (_, index) => value(index)),
  };
}

function encode(tensor: Tensor | undefined): unknown {
  return tensor === undefined ? undefined : encodeTensor(tensor, 'JSON');
}

const ones = () => floats('x', [1, 16], () => 1);

describe.each<Isolation>(['THREAD', 'PROCESS'])('RunnerPool with %s', (isolation) => {
  async function load(bytes: Uint8Array, from = pool): Promise<LoadedModel> {
    return from.load(await folder.file(bytes), { isolation });
  }

  describe('runs', () => {
    it('a graph to the same bits as the runtime itself', async () => {
      const path = await folder.file(perceptron());
      const model = await pool.load(path, { isolation });
      const expected = await runDirectly(path, [floats('x', [7, 16])]);
      const { outputs, inferMs } = await model.run([floats('x', [7, 16])]);
      expect(outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }))).toEqual([
        { name: 'y', datatype: 'FP32', shape: [7, 3] },
      ]);
      expect(outputs.map((output) => encodeTensor(output, 'BASE64'))).toEqual([expected.y]);
      expect(inferMs).toBeGreaterThan(0);
      await model.release();
    });

    const values: Record<DataType, unknown[]> = {
      BOOL: [true, false],
      UINT8: [0, 255],
      UINT16: [0, 65_535],
      UINT32: [0, 4_294_967_295],
      UINT64: [0, '18446744073709551615'],
      INT8: [-128, 127],
      INT16: [-32_768, 32_767],
      INT32: [-2_147_483_648, 2_147_483_647],
      INT64: ['-9223372036854775808', '9223372036854775807'],
      FP16: [0.5, 'NaN'],
      FP32: [3.4028235e38, '-Infinity'],
      FP64: [5e-324, 'Infinity'],
      BYTES: ['', 'Ünal ✓'],
    };
    it('every datatype: rows, a scalar and nothing at all', async () => {
      const graph = new GraphBuilder('all', { opset: 17 });
      for (const datatype of DATA_TYPES)
        for (const [kind, shape] of [
          ['rows', ['N', 2]],
          ['scalar', []],
        ] as const) {
          graph.node('Identity', [graph.input(`${kind} ${datatype}`, datatype, [...shape])], {}, [
            `same ${kind} ${datatype}`,
          ]);
          graph.output(`same ${kind} ${datatype}`, datatype, [...shape]);
        }
      const model = await load(graph.build());
      for (const rows of [1, 0]) {
        const sent = DATA_TYPES.flatMap((datatype) => [
          { name: `rows ${datatype}`, datatype, shape: [rows, 2], data: values[datatype].slice(0, 2 * rows) },
          { name: `scalar ${datatype}`, datatype, shape: [], data: values[datatype].slice(0, 1) },
        ]);
        const { outputs } = await model.run(sent.map((tensor) => decodeTensor(tensor)));
        expect(outputs.map((tensor) => ({ ...tensor, data: encode(tensor) }))).toEqual(
          sent.map((tensor) => ({ ...tensor, name: `same ${tensor.name}` })),
        );
      }
      await model.release();
    });

    it('only the outputs asked for, in that order', async () => {
      const graph = new GraphBuilder('three', { opset: 17 });
      const x = graph.input('x', 'FP32', [2]);
      for (const [op, name] of [
        ['Neg', 'a'],
        ['Abs', 'b'],
        ['Exp', 'c'],
      ] as const) {
        graph.node(op, [x], {}, [name]);
        graph.output(name, 'FP32', [2]);
      }
      const model = await load(graph.build());
      const names = async (outputs?: string[]) =>
        (await model.run([floats('x', [2])], outputs)).outputs.map(({ name }) => name);
      expect(await names(['c', 'a'])).toEqual(['c', 'a']);
      expect(await names()).toEqual(['a', 'b', 'c']);
      expect(await names([])).toEqual(['a', 'b', 'c']);
      await model.release();
    });

    it('many requests at once without mixing them', async () => {
      const models = await Promise.all(Array.from({ length: 4 }, () => load(oneNode('Neg'))));
      const answers = await Promise.all(
        Array.from({ length: 400 }, async (_, request) => {
          const result = await models[request % 4]?.run([floats('x', [1, 4], () => request)]);
          return encode(result?.outputs[0]);
        }),
      );
      expect(answers).toEqual(
        answers.map((_, request) => [-request, -request, -request, -request].map((value) => value || -0)),
      );
      await Promise.all(models.map((model) => model.release()));
    });

    it('a part of a larger buffer, and one buffer given twice, by copying', async () => {
      const graph = new GraphBuilder('sum', { opset: 17 });
      graph.node('Add', [graph.input('a', 'FP32', [2]), graph.input('b', 'FP32', [2])], {}, ['y']);
      graph.output('y', 'FP32', [2]);
      const model = await load(graph.build());
      const large = new Float32Array([9, 1, 2, 9]);
      const part = large.subarray(1, 3);
      const whole = new Float32Array([10, 20]);
      const tensor = (name: string, data: Float32Array<ArrayBuffer>): Tensor => ({
        name,
        datatype: 'FP32',
        shape: [2],
        data,
      });
      const sum = async (data: Float32Array<ArrayBuffer>) =>
        encode((await model.run([tensor('a', data), tensor('b', data)])).outputs[0]);
      expect(await sum(part)).toEqual([2, 4]);
      expect(Array.from(large)).toEqual([9, 1, 2, 9]);
      expect(await sum(whole)).toEqual([20, 40]);
      await model.release();
    });

    it('without holding the event loop', async () => {
      const model = await load(slowChain(30, 512));
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 5);
      const { inferMs } = await model.run([floats('x', [512, 512])]);
      clearInterval(timer);
      expect(inferMs).toBeGreaterThan(40);
      expect(ticks).toBeGreaterThan(inferMs / 5 / 4);
      await model.release();
    });
  });

  describe('fails', () => {
    it('a run with the runtime’s reason, and serves the next', async () => {
      const graph = new GraphBuilder('reshape', { opset: 17 });
      graph.node('Reshape', [graph.input('x', 'FP32', ['N']), graph.input('shape', 'INT64', ['R'])], {}, [
        'y',
      ]);
      graph.output('y', 'FP32', [-1, -1]);
      const model = await load(graph.build());
      const reshape = (size: bigint) =>
        model.run([
          floats('x', [6]),
          { name: 'shape', datatype: 'INT64', shape: [2], data: new BigInt64Array([2n, size]) },
        ]);
      await expect(reshape(5n)).rejects.toMatchObject({
        code: 'RUN_FAILED',
        message: expect.stringMatching(/^The model failed on these inputs: .*Reshape/),
      });
      await expect(reshape(5n)).rejects.not.toMatchObject({
        message: expect.stringMatching(/onnxruntime_src|\.cc:/),
      });
      expect((await reshape(3n)).outputs[0]?.shape).toEqual([2, 3]);
      await model.release();
    });

    it('a load with what is wrong with the file, and no path', async () => {
      const unsupported = load(oneNode('Foo'));
      await expect(unsupported).rejects.toMatchObject({
        code: 'UNSUPPORTED_MODEL',
        message: expect.stringContaining('Operator Foo'),
      });
      const corrupt = load(perceptron().subarray(0, 2000));
      await expect(corrupt).rejects.toMatchObject({ code: 'INVALID_MODEL' });
      await expect(pool.load('/nowhere/at/all.onnx', { isolation })).rejects.not.toMatchObject({
        message: expect.stringContaining('nowhere'),
      });
    });
  });

  describe('ends', () => {
    it('a model only after its runs', async () => {
      const model = await load(slowChain(10, 384));
      const order: string[] = [];
      const run = model.run([floats('x', [384, 384])]).then(() => order.push('run'));
      const release = model.release().then(() => order.push('release'));
      await expect(model.run([floats('x', [384, 384])])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await Promise.all([run, release, model.release()]);
      expect(order).toEqual(['run', 'release']);
    });

    it('after loads and runs under way, then refuses more', async () => {
      const short = new RunnerPool({ workers: 1 });
      const model = await load(slowChain(10, 384), short);
      const run = model.run([floats('x', [384, 384])]);
      const path = await folder.file(perceptron());
      const loading = short.load(path, { isolation });
      await short.close();
      expect((await run).outputs).toHaveLength(1);
      expect((await loading).loadMs).toBeGreaterThan(0);
      await expect(short.load(path, { isolation })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(model.run([floats('x', [384, 384])])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
});

describe('RunnerPool with threads', () => {
  it('a tensor that was handed over before, without losing the model', async () => {
    const model = await pool.load(await folder.file(perceptron()));
    const input = ones();
    await model.run([input]);
    expect(input.data).toHaveLength(0);
    await expect(model.run([input])).rejects.toThrow();
    expect((await model.run([ones()])).outputs).toHaveLength(1);
    await model.release();
  });

  it('a runner that dies by rejecting its runs, telling its models, and replacing it', async () => {
    const posts = jest.spyOn(Worker.prototype, 'postMessage');
    const lone = new RunnerPool({ workers: 1 });
    try {
      const path = await folder.file(perceptron());
      const model = await lone.load(path, {});
      const worker = posts.mock.contexts[0] as Worker;
      // No message: the worker's handler throws, which ends the thread before it takes up the run behind it.
      worker.postMessage(null);
      const run = model.run([ones()]);
      await expect(run).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await model.failed).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('ended unexpectedly'),
      });
      await expect(model.run([ones()])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const again = await lone.load(path, {});
      expect((await again.run([ones()])).outputs).toHaveLength(1);
      await model.release();
    } finally {
      await lone.close();
      posts.mockRestore();
    }
  });
});
