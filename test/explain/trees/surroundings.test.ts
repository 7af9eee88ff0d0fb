import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForestAnswers, placedInputs } from '../../../src/explain/trees/forest-answers.js';
import { followTreeGraph } from '../../../src/explain/trees/tree-graph.js';
import { type AttributeValue, GraphBuilder } from '../../../src/onnx/index.js';
import { runAllDirectly } from '../../api/support/direct-run.js';
import { attributesOf, regressor, rowArbitrary, treeArbitrary, type TestTree } from './random-trees.js';

const FEATURES = 4;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'retort-surroundings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function sampleTrees(targets: number, seed: number, modes?: readonly string[]): TestTree[] {
  const tree = treeArbitrary({ features: FEATURES, targets, depth: 4, ...(modes ? { modes } : {}) });
  return fc.sample(fc.array(tree, { minLength: 3, maxLength: 3 }), { numRuns: 1, seed })[0] ?? [];
}
const rows = fc.sample(fc.array(rowArbitrary(FEATURES), { minLength: 12, maxLength: 12 }), { numRuns: 1, seed: 5 })[0] ?? []; // prettier-ignore
const filled = rows.map((row) => row.map((value) => (Number.isNaN(value) ? 0.7 : value)));

interface Case {
  readonly what: string;
  readonly model: Uint8Array;
  readonly output: string;
  readonly outputs: number;
}

type Attributes = Record<string, AttributeValue>;

function classifier(classes: number, trees: readonly TestTree[], attributes: Attributes): Uint8Array {
  const graph = new GraphBuilder('classes', { opset: 17, domains: { 'ai.onnx.ml': 3 } });
  graph.input('x', 'FP32', ['rows', FEATURES]);
  const labels = Array.from({ length: classes }, (_, label) => BigInt(label));
  graph.node('ai.onnx.ml.TreeEnsembleClassifier', ['x'], { classlabels_int64s: labels, ...attributesOf(trees, 'class', true), ...attributes }, ['label', 'y']); // prettier-ignore
  graph.output('label', 'INT64', ['rows']);
  graph.output('y', 'FP32', ['rows', classes]);
  return graph.build();
}

function around(
  before: (graph: GraphBuilder) => string,
  after: (graph: GraphBuilder, scores: string) => string,
  targets = 1,
): Uint8Array {
  // prettier-ignore
  const graph = new GraphBuilder('around', { opset: 17, domains: { 'ai.onnx.ml': 3 } });
  graph.input('x', 'FP32', ['rows', FEATURES]);
  const scores = graph.node('ai.onnx.ml.TreeEnsembleRegressor', [before(graph)], { n_targets: BigInt(targets), ...attributesOf(sampleTrees(targets, 11), 'target', true) }); // prettier-ignore
  graph.node('Identity', [after(graph, scores)], {}, ['y']);
  graph.output('y', 'FP32', ['rows', -1]);
  return graph.build();
}

const shares = sampleTrees(1, 3).map(function positive(tree): TestTree {
  if ('weights' in tree) return { weights: tree.weights.map((weight) => Math.abs(weight) / 8) };
  return { ...tree, yes: positive(tree.yes), no: positive(tree.no) };
});

const cases: Case[] = [
  ...['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'].map((mode): Case => ({ what: mode, model: regressor(sampleTrees(2, 7, [mode]), { features: FEATURES, targets: 2 }), output: 'y', outputs: 2 })), // prettier-ignore
  { what: 'all modes in one tree, with base values', model: regressor(sampleTrees(2, 8), { features: FEATURES, targets: 2 }, { base: [3, -4] }), output: 'y', outputs: 2 }, // prettier-ignore
  { what: 'AVERAGE', model: regressor(sampleTrees(1, 9), { features: FEATURES, targets: 1 }, { base: [0.25], aggregate: 'AVERAGE' }), output: 'y', outputs: 1 }, // prettier-ignore
  { what: 'LOGISTIC of one target', model: regressor(sampleTrees(1, 10), { features: FEATURES, targets: 1 }, { post: 'LOGISTIC' }), output: 'y', outputs: 1 }, // prettier-ignore
  { what: 'SOFTMAX of targets', model: regressor(sampleTrees(3, 12), { features: FEATURES, targets: 3 }, { post: 'SOFTMAX' }), output: 'y', outputs: 3 }, // prettier-ignore
  { what: 'three classes, SOFTMAX, base values', model: classifier(3, sampleTrees(3, 13), { post_transform: 'SOFTMAX', base_values: [0.5, 0, -0.5] }), output: 'y', outputs: 3 }, // prettier-ignore
  { what: 'two classes of one score, LOGISTIC', model: classifier(2, sampleTrees(1, 14), { post_transform: 'LOGISTIC', base_values: [0.5] }), output: 'y', outputs: 2 }, // prettier-ignore
  { what: 'ai.onnx.ml 5 with a set of members', model: version5(), output: 'y', outputs: 1 },
  { what: 'two classes of one share', model: classifier(2, shares, {}), output: 'y', outputs: 2 },
  {
    what: 'Scaler, Cast, Concat, arithmetic before and after',
    model: around(
      (graph) => {
        const scaled = graph.node('ai.onnx.ml.Scaler', ['x'], {
          offset: [0.1, 0, 0.3, 0],
          scale: [2, 1, 0.5, 3],
        });
        const shifted = graph.node('Sub', [
          scaled,
          graph.constant('shift', 'FP32', [FEATURES], [0.1, 0.2, 0.3, 0.4]),
        ]);
        const chosen = graph.node('Gather', [shifted, graph.constant('first', 'INT64', [2], [3n, 0n])], {
          axis: 1n,
        });
        return graph.node('Concat', [chosen, graph.node('Gather', ['x', graph.constant('last', 'INT64', [2], [1n, 2n])], { axis: 1n })], { axis: 1n }); // prettier-ignore
      },
      (graph, scores) => graph.node('Add', [graph.node('Mul', [scores, graph.constant('two', 'FP32', [], [2])]), graph.constant('one', 'FP32', [1], [1])]), // prettier-ignore
    ),
    output: 'y',
    outputs: 1,
  },
  {
    what: 'two ensembles added up, then Sigmoid and Reshape',
    model: around(
      (graph) => graph.node('Cast', ['x'], { to: 1n }),
      (graph, scores) => {
        const other = graph.node('ai.onnx.ml.TreeEnsembleRegressor', ['x'], { n_targets: 1n, ...attributesOf(sampleTrees(1, 21), 'target', true) }); // prettier-ignore
        const sigmoid = graph.node('Sigmoid', [graph.node('Sum', [scores, other])]);
        return graph.node('Reshape', [sigmoid, graph.constant('shape', 'INT64', [1], [-1n])]);
      },
    ),
    output: 'y',
    outputs: 1,
  },
];

/** x₀ in {0.1, 1} → 10; else x₁ ≤ 0.3 → 20, else 30; and a tree of one leaf, 0.5. */
function version5(): Uint8Array {
  const graph = new GraphBuilder('five', { opset: 17, domains: { 'ai.onnx.ml': 5 }, irVersion: 9 });
  graph.input('x', 'FP32', ['rows', FEATURES]);
  const reals = (values: readonly number[]) => ({
    datatype: 'FP32' as const,
    shape: [values.length],
    values,
  });
  graph.node('ai.onnx.ml.TreeEnsemble', ['x'], {
    n_targets: 1n, aggregate_function: 1n, post_transform: 0n, tree_roots: [0n, 2n],
    nodes_featureids: [0n, 1n, 0n], nodes_splits: reals([0, 0.3, 0]), nodes_modes: { datatype: 'UINT8', shape: [3], values: [6, 0, 0] },
    nodes_truenodeids: [0n, 1n, 3n], nodes_trueleafs: [1n, 1n, 1n], nodes_falsenodeids: [1n, 2n, 3n], nodes_falseleafs: [0n, 1n, 1n],
    leaf_targetids: [0n, 0n, 0n, 0n], leaf_weights: reals([10, 20, 30, 0.5]), membership_values: reals([0.1, 1, NaN]),
  }, ['y']); // prettier-ignore
  graph.output('y', 'FP32', ['rows', 1]);
  return graph.build();
}

describe('trees as they are read', () => {
  it('make of every row what the runtime makes of it, to 1e-5', async () => {
    const data = (set: readonly Float64Array[]) => Buffer.from(Float32Array.from(set.flatMap((row) => [...row])).buffer).toString('base64'); // prettier-ignore
    const request = [{ name: 'x', type: 'float32' as const, dims: [rows.length, FEATURES], data: '' }];
    const sets = [rows, filled];
    const answers = await runAllDirectly(cases.map(({ model }) => ({ model, requests: sets.map((set) => request.map((input) => ({ ...input, data: data(set) }))) }))); // prettier-ignore
    for (const [index, { what, model, output, outputs }] of cases.entries()) {
      const path = join(folder, `${index}.onnx`);
      writeFileSync(path, model);
      const graph = followTreeGraph({ path }, placedInputs([{ name: 'x', width: FEATURES }]));
      for (const [at, set] of sets.entries()) {
        const bytes = Buffer.from(answers[index]?.[at]?.[output]?.data ?? '', 'base64');
        const reported = new Float32Array(new Uint8Array(bytes).buffer);
        expect(reported.length).toBe(set.length * outputs);
        for (let element = 0; element < outputs; element += 1) {
          const forest = new ForestAnswers(graph, output, element);
          for (const [row, instance] of set.entries()) {
            const answer = forest.answer({ game: 'INTERVENTIONAL', players: Int32Array.from({ length: FEATURES }, (_, one) => one), playerCount: FEATURES, instance, background: [instance] }); // prettier-ignore
            const expected = reported[row * outputs + element] ?? NaN;
            if (Math.abs(answer.prediction - expected) > 1e-5 * Math.max(Math.abs(expected), answer.magnitude))
              throw new Error(`${what}: expected ${expected} for number ${element} of row ${row}, got ${answer.prediction}`); // prettier-ignore
          }
        }
      }
    }
  });

  it('are refused where Shapley values of trees do not say it all', () => {
    const reason = (model: Uint8Array) => {
      const path = join(folder, 'refused.onnx');
      writeFileSync(path, model);
      try {
        new ForestAnswers(followTreeGraph({ path }, placedInputs([{ name: 'x', width: FEATURES }])), 'y', 0);
        return 'nothing';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(reason(regressor(sampleTrees(1, 2), { features: FEATURES, targets: 1 }, { aggregate: 'MAX' }))).toContain('joined by MAX'); // prettier-ignore
    expect(reason(around((graph) => graph.node('Mul', ['x', 'x']), (_, scores) => scores))).toContain('Mul joins columns'); // prettier-ignore
    expect(reason(around(() => 'x', (graph, scores) => graph.node('Tanh', [scores])))).toContain('operator Tanh'); // prettier-ignore
    expect(reason(around(() => 'x', (graph, scores) => graph.node('Mul', [scores, scores])))).toContain('multiplied with each other'); // prettier-ignore
    const linear = new GraphBuilder('linear', { opset: 17 });
    linear.input('x', 'FP32', ['rows', FEATURES]);
    linear.output(linear.node('Relu', ['x'], {}, ['y']), 'FP32', ['rows', FEATURES]);
    expect(reason(linear.build())).toBe('its graph has no operator of trees');
  });
});
