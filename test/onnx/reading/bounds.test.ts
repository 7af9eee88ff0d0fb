import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { readGraph } from '../../../src/onnx/graph-summary.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { ModelFolder, oneNode } from '../awkward-models.js';
import { encode, message, type Message } from './encodings.js';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await ModelFolder.create();
});
afterAll(async () => folder[Symbol.asyncDispose]());

const read = async (bytes: Uint8Array) => readGraph(await folder.file(bytes));

const call = (domain: string, operator: string, attributes: readonly Message[] = []): Message =>
  message([[4, operator], [7, domain], ...attributes.map((attribute) => [5, attribute] as const)]); // prettier-ignore
const definition = (name: string, nodes: readonly Message[]): Message =>
  message([[1, name], ...nodes.map((node) => [7, node] as const), [10, 'd']]); // prettier-ignore
const model = (nodes: readonly Message[], functions: readonly Message[]): Uint8Array =>
  encode(
    message([
      [1, 8n],
      [7, message([...nodes.map((node) => [1, node] as const), [2, 'g']])],
      [8, message([[1, ''], [2, 17n]])], // prettier-ignore
      ...functions.map((each) => [25, each] as const),
    ]),
  );
/** Each calls the next twice. */
const doubling = (levels: number, through: (node: Message) => Message = (node) => node): Message[] =>
  Array.from({ length: levels }, (_, level) => {
    const next = level + 1 < levels ? call('d', `f${level + 1}`) : call('', 'Relu');
    return definition(`f${level}`, [through(next), through(next)]);
  });

describe('What functions expand to is counted and not done', () => {
  it('thirty functions that each call the next twice', async () => {
    const bytes = await readFile(join(packageRoot, 'test/fixtures/functions-doubling.onnx'));
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('The 61 nodes of the file become 2147483647'),
    });
  });

  it('far beyond any number', async () => {
    await expect(read(model([call('d', 'f0')], doubling(3000)))).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('become more than 10^308'),
    });
  });

  it('also when the calls stand in subgraphs, and by the old name of the standard domain', async () => {
    const inBranch = (node: Message) => call('ai.onnx', 'If', [message([[1, 'then_branch'], [6, message([[1, node]])]])]); // prettier-ignore
    await expect(read(model([call('d', 'f0')], doubling(30, inBranch)))).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
    });
  });

  it('and what stays small is read, with a long chain of functions', async () => {
    const chain = Array.from({ length: 5_000 }, (_, index) =>
      definition(`f${index}`, [index + 1 < 5_000 ? call('d', `f${index + 1}`) : call('', 'Relu')]),
    );
    const { summary } = await read(model([call('d', 'f0')], chain.slice(0, 4_000)));
    expect(summary.operators['d.f1']).toBe(1);
    expect((await read(model([call('d', 'f0')], doubling(10)))).summary.operators).toMatchObject({ Relu: 2 });
  });

  it.each([
    ['itself', [definition('f', [call('d', 'f')])]],
    ['another that calls it', [definition('f', [call('d', 'g')]), definition('g', [call('d', 'f')])]],
  ])('a function that calls %s', async (_, functions) => {
    await expect(read(model([call('d', 'f')], functions))).rejects.toMatchObject({
      code: 'INVALID_MODEL',
      message: expect.stringMatching(/^Function "d\.[fg]" calls itself/),
    });
  });
});

describe('What goes from a file into a row is bounded', () => {
  it('metadata: the first, with a count of what is left out', async () => {
    const big = 'v'.repeat(200_000);
    const { summary } = await read(
      oneNode('Relu', {
        metadata: { task: 'regression', big, [`long ${'k'.repeat(300)}`]: 'x', last: 'kept' },
      }),
    );
    expect(summary.metadata).toEqual({
      task: 'regression',
      big: `${'v'.repeat(8 * 1024 - 1)}…`,
      last: 'kept',
    });
    expect(summary.metadataOmitted).toBe(2);

    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`k${index}`, 'v'.repeat(1_000)]),
    );
    const bounded = (await read(oneNode('Relu', { metadata: many }))).summary;
    expect(JSON.stringify(bounded.metadata).length).toBeLessThan(80_000);
    expect(Object.keys(bounded.metadata).length + bounded.metadataOmitted).toBe(1_000);
  });

  it('half a character is not left at the end of a text', async () => {
    const { summary } = await read(oneNode('Relu', { metadata: { k: `v${'😀'.repeat(8_000)}` } }));
    expect(summary.metadata.k).toMatch(/^v(😀)+…$/u);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'the name of an input',
      () => renamed('x'.repeat(2_000)),
      /^Expected names of inputs and outputs of at most 1000 characters, got one of 2000/,
    ],
    [
      'the name of an operator',
      () => oneNode(`a.${'B'.repeat(2_000)}`, { domains: { a: 1 } }),
      /names of operators of at most 1000/,
    ],
    ['the number of outputs', manyOutputs, /^Expected at most 4096 inputs and outputs, got 5001/],
    [
      'the number of operator sets',
      () =>
        oneNode('Relu', {
          domains: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d${index}`, 1])),
        }),
      /^Expected at most 200 operator sets/,
    ],
    [
      'the version of an operator set',
      () => withOpset(2n ** 40n),
      /^Expected a version of operator set "d" below 2\^31, got 1099511627776/,
    ],
    [
      'the number of elements',
      () => hugeTensor([2n ** 40n, 2n ** 40n]),
      /declares 1208925819614629174706176 elements, which no file holds/,
    ],
    ['a number of elements below zero', () => hugeTensor([-1n]), /declares -1 elements/],
  ])('%s', async (_, build, says) => {
    // prettier-ignore
    await expect(read(build())).rejects.toMatchObject({ message: expect.stringMatching(says) });
  });
});

function renamed(name: string): Uint8Array {
  const graph = new GraphBuilder('g', { opset: 17 });
  graph.node('Relu', [graph.input(name, 'FP32', [1])], {}, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}

function manyOutputs(): Uint8Array {
  const graph = new GraphBuilder('g', { opset: 17 });
  graph.input('x', 'FP32', [1]);
  for (let index = 0; index < 5_000; index += 1) {
    graph.node('Relu', ['x'], {}, [`y${index}`]);
    graph.output(`y${index}`, 'FP32', [1]);
  }
  return graph.build();
}

function withOpset(version: bigint): Uint8Array {
  return encode(message([[1, 8n], [7, message([[2, 'g']])], [8, message([[1, 'd'], [2, version]])]])); // prettier-ignore
}

function hugeTensor(dims: readonly bigint[]): Uint8Array {
  const tensor = message([...dims.map((size) => [1, size] as const), [2, 1n], [8, 'w']]);
  return encode(message([[1, 8n], [7, message([[2, 'g'], [5, tensor]])]])); // prettier-ignore
}
