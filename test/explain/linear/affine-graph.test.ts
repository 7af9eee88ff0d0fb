import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whyNotAffine } from '../../../src/explain/linear/affine-graph.js';
import { GraphBuilder, readWholeGraph } from '../../../src/onnx/index.js';

describe('a linear graph', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'affine-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Of a graph over x [rows, 2], whose output is y. */
  async function why(build: (graph: GraphBuilder) => void): Promise<string | null> {
    const graph = new GraphBuilder('g', { opset: 17 });
    graph.input('x', 'FP32', ['rows', 2]);
    build(graph);
    graph.output('y', 'FP32', ['rows', 2]);
    const path = join(folder, 'model.onnx');
    await writeFile(path, graph.build());
    return whyNotAffine(readWholeGraph(path), 'y');
  }
  const two = (graph: GraphBuilder) => graph.constant('two', 'FP32', [1], [2]);

  it('scales, adds, moves and joins its inputs', async () => {
    expect(
      await why((graph) => {
        const scaled = graph.node('Div', [graph.node('Sub', ['x', two(graph)]), 'two']);
        const turned = graph.node('Neg', [graph.node('Identity', [scaled])]);
        const exponent = graph.node('Exp', ['two']);
        graph.node('Add', [turned, graph.node('Mul', [exponent, 'x'])], {}, ['y']);
      }),
    ).toBeNull();
  });

  it.each([
    { what: 'multiplies inputs with each other', operator: 'Mul', inputs: ['x', 'x'] },
    { what: 'divides by them', operator: 'Div', inputs: ['two', 'x'] },
    { what: 'cuts them', operator: 'Relu', inputs: ['x'] },
    { what: 'takes the larger', operator: 'Max', inputs: ['x', 'two'] },
    { what: 'uses an operator that is not known', operator: 'Mod', inputs: ['x', 'two'] },
  ])('is none when it $what', async ({ operator, inputs }) => {
    expect(
      await why((graph) => {
        two(graph);
        graph.node('Add', [graph.node(operator, inputs), 'two'], {}, ['y']);
      }),
    ).toBe(`operator ${operator} is not linear in its input`);
  });

  it('is none when it rounds', async () => {
    const cast = async (to: number) =>
      why((graph) => void graph.node('Cast', ['x'], { to: BigInt(to) }, ['y']));
    expect(await cast(11)).toBeNull();
    expect(await cast(7)).toBe('operator Cast is not linear in its input');
    expect(await cast(10)).toBe('operator Cast is not linear in its input');
  });
});
