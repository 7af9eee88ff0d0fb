import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bindingEnergy } from '../../../examples/binding-energy/index.js';
import { esol } from '../../../examples/esol/index.js';
import { compareGraphs, type GraphDifference } from '../../../src/onnx/difference/graph-difference.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { ModelProblem } from '../../../src/onnx/model-problem.js';
import { ModelFolder } from '../awkward-models.js';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await ModelFolder.create();
});
afterAll(async () => folder[Symbol.asyncDispose]());

const compare = async (base: Uint8Array, target: Uint8Array): Promise<GraphDifference> =>
  compareGraphs(await folder.file(base), await folder.file(target));
const NOTHING = { unchanged: 0, changed: 0, added: 0, removed: 0 };

interface ChainOptions {
  readonly weights?: readonly number[];
  /** Nodes one after the other; `Gemm` uses the weights. */
  readonly operators?: readonly string[];
  readonly prefix?: string;
  readonly opset?: number;
  readonly metadata?: Record<string, string>;
}

/** x [n,2] through operators, each value and constant named with the prefix. */
function chain(options: ChainOptions = {}): Uint8Array {
  const {
    weights = [1, 2, 3, 4],
    operators = ['Relu', 'MatMul', 'Tanh', 'Add'],
    prefix = '',
    opset = 17,
  } = options;
  const graph = new GraphBuilder('chain', { opset, metadata: options.metadata ?? {} });
  let value = graph.input('x', 'FP32', ['n', 2]);
  for (const [index, operator] of operators.entries()) {
    const name = index === operators.length - 1 ? 'y' : `${prefix}${operator.toLowerCase()}_${index}`;
    const inputs =
      operator === 'MatMul'
        ? [value, graph.constant(`${prefix}w${index}`, 'FP32', [2, 2], weights)]
        : operator === 'Add'
          ? [value, graph.constant(`${prefix}b${index}`, 'FP32', [2], [0.5, -0.5])]
          : [value];
    value = graph.node(operator, inputs, {}, [name]);
  }
  graph.output('y', 'FP32', ['n', 2]);
  return graph.build();
}

describe('compareGraphs finds', () => {
  it('nothing between a graph and itself', async () => {
    expect(await compare(chain(), chain())).toEqual({
      operators: [],
      nodes: { totals: { ...NOTHING, base: 4, target: 4, unchanged: 4 }, differences: [] },
      initializers: { totals: { ...NOTHING, base: 2, target: 2, unchanged: 2 }, differences: [] },
      properties: [],
    });
  });

  it('how far weights moved', async () => {
    const { nodes, initializers } = await compare(chain(), chain({ weights: [1, 2.5, 3, 3] }));
    expect(nodes.differences).toEqual([]);
    expect(initializers).toEqual({
      totals: { ...NOTHING, base: 2, target: 2, unchanged: 1, changed: 1 },
      differences: [
        {
          change: 'CHANGED',
          name: 'w1',
          targetName: null,
          base: { datatype: 'FP32', shape: [2, 2] },
          target: { datatype: 'FP32', shape: [2, 2] },
          difference: { changed: 2, elements: 4, largest: 1, mean: 0.375, meanMagnitude: 2.5, nonFinite: 0 },
        },
      ],
    });
  });

  it('weights that moved although everything has another name', async () => {
    const { nodes, initializers } = await compare(chain(), chain({ prefix: 'p_', weights: [1, 2, 3, 4.25] }));
    expect(nodes.totals).toEqual({ ...NOTHING, base: 4, target: 4, unchanged: 4 });
    expect(initializers.totals).toEqual({ ...NOTHING, base: 2, target: 2, unchanged: 1, changed: 1 });
    expect(initializers.differences).toMatchObject([
      { name: 'w1', targetName: 'p_w1', difference: { largest: 0.25, mean: 0.0625 } },
    ]);
  });

  it('a node put in, although it shifts the names of all that follow', async () => {
    const { operators, nodes, initializers } = await compare(
      chain({ operators: ['Relu', 'MatMul', 'Tanh', 'Add'] }),
      chain({ operators: ['Relu', 'Sigmoid', 'MatMul', 'Tanh', 'Add'] }),
    );
    expect(operators).toEqual([{ operator: 'Sigmoid', base: 0, target: 1 }]);
    expect(nodes).toEqual({
      totals: { base: 4, target: 5, unchanged: 3, changed: 1, added: 1, removed: 0 },
      differences: [
        {
          change: 'CHANGED',
          name: 'node_1',
          targetName: 'node_2',
          operator: 'MatMul',
          details: ['input 0: "relu_0" of Relu → "sigmoid_1" of Sigmoid'],
        },
        { change: 'ADDED', name: 'node_1', targetName: null, operator: 'Sigmoid', details: [] },
      ],
    });
    expect(initializers.totals).toMatchObject({ unchanged: 2, changed: 0, added: 0, removed: 0 });
  });

  it('a node taken out, and the weights only it used', async () => {
    const { operators, nodes, initializers } = await compare(
      chain({ operators: ['Relu', 'Add', 'MatMul'] }),
      chain({ operators: ['Relu', 'MatMul'] }),
    );
    expect(operators).toEqual([{ operator: 'Add', base: 1, target: 0 }]);
    expect(nodes.totals).toEqual({ base: 3, target: 2, unchanged: 1, changed: 1, added: 0, removed: 1 });
    expect(initializers.differences).toEqual([
      {
        change: 'REMOVED',
        name: 'b1',
        targetName: null,
        base: { datatype: 'FP32', shape: [2] },
        target: null,
        difference: null,
      },
    ]);
  });

  it('an attribute that changed, of a node whose neighbours did not', async () => {
    const softmax = (axis: bigint) => {
      const graph = new GraphBuilder('g', { opset: 17 });
      graph.node('Softmax', [graph.node('Relu', [graph.input('x', 'FP32', [2, 2])])], { axis }, ['s']);
      graph.node('Exp', ['s'], {}, ['y']);
      graph.output('y', 'FP32', [2, 2]);
      return graph.build();
    };
    const { nodes } = await compare(softmax(0n), softmax(1n));
    expect(nodes.differences).toEqual([
      {
        change: 'CHANGED',
        name: 'node_1',
        targetName: null,
        operator: 'Softmax',
        details: ['attribute axis: 0 → 1'],
      },
    ]);
  });

  it('an operator put in the place of another', async () => {
    const { nodes } = await compare(
      chain({ operators: ['Relu', 'Tanh', 'Exp'] }),
      chain({ operators: ['Relu', 'Sigmoid', 'Exp'] }),
    );
    expect(nodes.differences).toMatchObject([{ operator: 'Tanh', details: ['operator: Tanh → Sigmoid'] }]);
  });

  it('weights of another shape or type, without numbers', async () => {
    const one = (datatype: 'FP32' | 'FP64', size: number) => {
      const graph = new GraphBuilder('g', { opset: 17 });
      graph.constant('w', datatype, [size], new Array<number>(size).fill(1));
      graph.node('Add', [graph.input('x', datatype, ['n']), 'w'], {}, ['y']);
      graph.output('y', datatype, ['n']);
      return graph.build();
    };
    const { initializers } = await compare(one('FP32', 1), one('FP64', 2));
    expect(initializers.differences).toEqual([
      {
        change: 'CHANGED',
        name: 'w',
        targetName: null,
        base: { datatype: 'FP32', shape: [1] },
        target: { datatype: 'FP64', shape: [2] },
        difference: null,
      },
    ]);
  });

  it('what the file says of itself', async () => {
    const { properties } = await compare(
      chain({ opset: 17, metadata: { task: 'a', left: 'x' } }),
      chain({ opset: 19, metadata: { task: 'b', right: 'y' } }),
    );
    expect(properties).toEqual([
      { name: 'IR version', base: '8', target: '9' },
      { name: 'operator set ai.onnx', base: '17', target: '19' },
      { name: 'metadata "task"', base: 'a', target: 'b' },
      { name: 'metadata "left"', base: 'x', target: null },
      { name: 'metadata "right"', base: null, target: 'y' },
    ]);
  });

  it('changes inside the branches of an If', async () => {
    const branching = (value: number, operator: string) => {
      const graph = new GraphBuilder('g', { opset: 17 });
      graph.input('x', 'FP32', [1]);
      graph.constant('yes', 'BOOL', [], [true]);
      const branch = (name: string, op: string, number: number) => {
        const inner = new GraphBuilder(name, { opset: 17 });
        inner.node(op, [inner.outer('x'), inner.constant(`${name}_c`, 'FP32', [1], [number])], {}, [name]);
        inner.output(name, 'FP32', [1]);
        return inner;
      };
      graph.node(
        'If',
        ['yes'],
        { then_branch: branch('t', 'Add', value), else_branch: branch('e', operator, 1) },
        ['y'],
      );
      graph.output('y', 'FP32', [1]);
      return graph.build();
    };
    const { operators, nodes, initializers } = await compare(branching(1, 'Mul'), branching(3, 'Sub'));
    expect(operators).toEqual([
      { operator: 'Mul', base: 1, target: 0 },
      { operator: 'Sub', base: 0, target: 1 },
    ]);
    expect(nodes.differences).toMatchObject([
      { change: 'CHANGED', name: 'node_0.else_branch/node_0', details: ['operator: Mul → Sub'] },
    ]);
    expect(initializers.differences).toMatchObject([
      { name: 'node_0.then_branch/t_c', difference: { largest: 2, mean: 2 } },
    ]);
  });

  it('the known coefficients of the shipped solubility models', async () => {
    const [delaney, refit] = esol.versions;
    const difference = await compare(
      delaney?.build() ?? new Uint8Array(),
      refit?.build() ?? new Uint8Array(),
    );
    expect(difference.nodes.totals).toMatchObject({ base: 1, unchanged: 1 });
    // Delaney 2004: −0.63, −0.0062, 0.066, −0.74 and 0.16; Walters' refit: −0.74167395, −0.00661388, 0.00345155,
    // −0.42624840 and 0.26121066.
    const [coefficients, intercept] = difference.initializers.differences;
    expect(coefficients).toMatchObject({ name: 'coefficients', difference: { changed: 4, elements: 4 } });
    expect(coefficients?.difference?.largest).toBeCloseTo(0.74 - 0.4262484, 12);
    expect(coefficients?.difference?.mean).toBeCloseTo(
      (0.11167395 + 0.00041388 + (0.066 - 0.00345155) + 0.3137516) / 4,
      12,
    );
    expect(intercept).toMatchObject({ name: 'intercept', difference: { changed: 1, elements: 1 } });
    expect(intercept?.difference?.largest).toBeCloseTo(0.10121066, 12);
  });

  it('the other Coulomb term of the shipped mass formulas', async () => {
    const [newman, rohlf] = bindingEnergy.versions;
    const { operators, nodes, initializers } = await compare(
      newman?.build() ?? new Uint8Array(),
      rohlf?.build() ?? new Uint8Array(),
    );
    expect(operators).toEqual([{ operator: 'Sub', base: expect.any(Number), target: expect.any(Number) }]);
    expect((operators[0]?.target ?? 0) - (operators[0]?.base ?? 0)).toBe(1);
    expect(nodes.totals).toMatchObject({ added: 1, removed: 0, changed: 1 });
    expect(nodes.differences).toMatchObject([
      {
        change: 'CHANGED',
        operator: 'Mul',
        details: [expect.stringMatching(/^input 1: .* of Cast → .* of Sub$/)],
      },
      { change: 'ADDED', operator: 'Sub' },
    ]);
    expect(initializers.totals).toMatchObject({ changed: 5, added: 1, removed: 0 });
    const largest = initializers.differences.map(
      ({ name, difference }) => [name, difference && Number(difference.largest?.toFixed(6))] as const,
    );
    // Newman 15.8, 18.3, 0.714, 23.2, 12; Rohlf 15.75, 17.8, 0.711, 23.7, 11.18, and Z(Z − 1) instead of Z².
    expect(Object.fromEntries(largest)).toEqual({
      pairing: 0.82,
      asymmetry: 0.5,
      surface: 0.5,
      volume: 0.05,
      coulomb: 0.003,
      one: null,
    });
    expect([largest[0]?.[0], largest.at(-1)?.[0]]).toEqual(['pairing', 'one']);
  });
});

describe('compareGraphs', () => {
  it('lists the hundred largest changes and counts all', async () => {
    const many = (factor: number) => {
      const graph = new GraphBuilder('many', { opset: 17 });
      let value = graph.input('x', 'FP32', [1]);
      for (let index = 0; index < 250; index += 1)
        value = graph.node('Add', [value, graph.constant(`c${index}`, 'FP32', [1], [index * factor])]);
      graph.node('Relu', [value], {}, ['y']);
      graph.output('y', 'FP32', [1]);
      return graph.build();
    };
    const { initializers } = await compare(many(1), many(3));
    expect(initializers.totals).toMatchObject({ base: 250, unchanged: 1, changed: 249 });
    expect(initializers.differences).toHaveLength(100);
    expect(initializers.differences.map(({ name }) => name).slice(0, 3)).toEqual(['c249', 'c248', 'c247']);
    expect(initializers.differences[99]).toMatchObject({ name: 'c150', difference: { largest: 300 } });
  });

  it('refuses what is no model', async () => {
    const path = await folder.file('not a model at all');
    expect(() => compareGraphs(path, path)).toThrow(ModelProblem);
  });
});
