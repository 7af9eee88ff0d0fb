import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { open, truncate } from 'node:fs/promises';
import { GraphBuilder } from '../../src/onnx/index.js';
import { readGraph } from '../../src/onnx/graph-summary.js';
import { ModelFolder, oneNode, rawModel, tensorType } from './awkward-models.js';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await ModelFolder.create();
});
afterAll(async () => folder[Symbol.asyncDispose]());

function varint(value: number): Buffer {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  return Buffer.from([...bytes, value]);
}

describe('readGraph', () => {
  it('counts parameters and operators in subgraphs too, and keeps metadata', async () => {
    const branch = (name: string, value: number) => {
      const graph = new GraphBuilder(name, { opset: 17 });
      graph.node(
        'Add',
        [graph.outer('x'), graph.constant(`${name}-c`, 'FP32', [3], [value, value, value])],
        {},
        [name],
      );
      graph.output(name, 'FP32', [3]);
      return graph;
    };
    const graph = new GraphBuilder('g', {
      opset: 17,
      producer: 'pytorch',
      producerVersion: '2.9',
      metadata: { author: 'Ünal', __proto__x: 'y' },
      domains: { 'ai.onnx.ml': 3 },
    });
    const x = graph.input('x', 'FP32', [3]);
    const w = graph.constant('w', 'FP32', [2, 3], [1, 2, 3, 4, 5, 6]);
    const condition = graph.constant('c', 'BOOL', [], [true]);
    const value = graph.node('If', [condition], { then_branch: branch('a', 1), else_branch: branch('b', 2) });
    graph.node('Add', [graph.node('Mul', [x, value]), w], {}, ['y']);
    graph.output('y', 'FP32', [2, 3]);

    const { summary, inputs, outputs } = readGraph(await folder.file(graph.build()));
    expect(summary).toEqual({
      format: 'ONNX',
      producer: 'pytorch 2.9',
      irVersion: 8,
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      metadata: { author: 'Ünal', __proto__x: 'y' },
      metadataOmitted: 0,
      parameterCount: 6n + 1n + 3n + 3n,
      operators: { Add: 3, If: 1, Mul: 1 },
      externalData: [],
    });
    expect([inputs.map(({ name }) => name), outputs.map(({ name }) => name)]).toEqual([['x'], ['y']]);
  });

  it('names operators of other domains with them, and replaces text no database takes', async () => {
    const bytes = oneNode('com.acme.Thing', { domains: { 'com.acme': 1 }, metadata: { note: 'a\0b' } });
    const { summary } = readGraph(await folder.file(bytes));
    expect(summary.operators).toEqual({ 'com.acme.Thing': 1 });
    expect(summary.metadata).toEqual({ note: 'a\uFFFDb' });
  });

  it('does not ask a caller for inputs that the file initialises', async () => {
    const initializer = [{ name: 'x', dims: [2], data_type: 1, raw_data: Buffer.alloc(8) }];
    const bytes = rawModel('Relu', tensorType(1, [2]), tensorType(1, [2]), { initializer });
    expect(readGraph(await folder.file(bytes)).inputs).toEqual([]);
  });

  it('reads a model of 1 GB without holding it', async () => {
    // The graph in two parts, which protobuf merges: the nodes, then one initializer whose 1 GB is a hole in the file.
    const small = oneNode('Relu');
    const weightBytes = 1 << 30;
    const tensor = Buffer.concat([
      Buffer.from([0x08, ...varint(weightBytes / 4), 0x10, 1, 0x42, 1]),
      Buffer.from('w'),
      Buffer.from([0x4a]),
      varint(weightBytes),
    ]);
    const tensorField = Buffer.concat([Buffer.from([0x2a]), varint(tensor.length + weightBytes), tensor]);
    const graphField = Buffer.concat([
      Buffer.from([0x3a]),
      varint(tensorField.length + weightBytes),
      tensorField,
    ]);
    const path = await folder.file(Buffer.concat([small, graphField]));
    await truncate(path, small.length + graphField.length + weightBytes);

    const before = process.memoryUsage().rss;
    const { summary } = readGraph(path);
    expect(summary.parameterCount).toBe(2n ** 28n);
    expect(summary.operators).toEqual({ Relu: 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(32e6);
  });

  it('refuses a file cut at any place, and never hangs or misreads it', async () => {
    const bytes = oneNode('Relu', { metadata: { a: 'b' } });
    const path = await folder.file(bytes);
    const whole = readGraph(path).summary;
    for (let length = bytes.length - 1; length >= 0; length -= 1) {
      const file = await open(path, 'r+');
      await file.truncate(length);
      await file.close();
      try {
        // Protobuf cannot tell an end between two fields from the real one; everything before it must be right then.
        const { summary } = readGraph(path);
        expect(summary.operators).toEqual(whole.operators);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_MODEL' });
      }
    }
  });

  it('refuses a message nested deeper than protobuf allows', async () => {
    // Field numbers from the outside in: attribute g = 6, node attribute = 5, graph node = 1, model graph = 7.
    const wrap = (field: number, inner: Uint8Array) =>
      Buffer.concat([Buffer.from([field * 8 + 2]), varint(inner.length), inner]);
    let graph = Buffer.alloc(0);
    for (let depth = 0; depth < 10_000; depth += 1) graph = wrap(1, wrap(5, wrap(6, graph)));
    const bytes = Buffer.concat([Buffer.from([0x08, 8]), wrap(7, graph)]);
    await expect(async () => readGraph(await folder.file(bytes))).rejects.toMatchObject({
      code: 'INVALID_MODEL',
    });
  });

  it.each<[string, Uint8Array | string, string]>([
    [
      'a PyTorch checkpoint',
      Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(26), Buffer.from('model/data.pkl')]),
      'torch.onnx.export',
    ],
    [
      'a zip archive',
      Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(26), Buffer.from('weights.npy')]),
      'zip archive',
    ],
    ['a pickle', Buffer.from('80049515000000000000008c', 'hex'), 'skl2onnx'],
    ['HDF5', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0', 'latin1'), 'Keras .h5'],
    [
      'a SavedModel',
      Buffer.concat([
        Buffer.from('080112ff01', 'hex'),
        Buffer.from('\n\x05serve\x12\x06saver2tf stripped_op_list'),
      ]),
      'tf2onnx',
    ],
    [
      'safetensors',
      Buffer.concat([Buffer.from('4000000000000000', 'hex'), Buffer.from('{"w":{"dtype":"F32"}}')]),
      'safetensors',
    ],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n', 'git lfs pull'],
    ['HTML', '<!DOCTYPE html><title>404</title>', 'web page'],
    ['text', 'smiles,logS\nCCO,1.1\n', 'text file'],
    ['noise', Buffer.from([0xff, 0xfe, 0xfd, 1, 2, 3]), '6 bytes that do not read as one'],
    ['nothing', Buffer.alloc(0), '0 bytes that do not read as one'],
  ])('says what %s is', async (_, bytes, words) => {
    const path = await folder.file(bytes);
    expect(() => readGraph(path)).toThrow(words);
    expect(() => readGraph(path)).toThrow(/^Expected an ONNX model, got /);
  });
});
