import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { publish, register } from '../api/support/catalog-steps.js';
import { captumModel, explained, type Explained, explainRefusal, invariantModel } from './support/explain.js';
import { regressor, type TestTree } from './trees/random-trees.js';

/** 1 where x₀ ≤ 0.5, else 3 or 7 by x₁; one number more to be ignored. */
const tree: TestTree = {
  mode: 'BRANCH_LEQ',
  feature: 0,
  threshold: 0.5,
  missing: false,
  cover: 0,
  yes: { weights: [1] },
  no: { mode: 'BRANCH_GT', feature: 1, threshold: 2, missing: false, cover: 0, yes: { weights: [7] }, no: { weights: [3] } }, // prettier-ignore
};
/** asinh(x₀) + asinh(x₁) */
function asinh(): Uint8Array {
  const graph = new GraphBuilder('asinh', { opset: 17 });
  graph.input('x', 'FP32', ['rows', 2]);
  graph.node('ReduceSum', [graph.node('Asinh', ['x']), graph.constant('axis', 'INT64', [1], [1n])], {}, [
    'y',
  ]);
  graph.output('y', 'FP32', ['rows', 1]);
  return graph.build();
}

const WIDTH = 40;
const weights = Array.from({ length: WIDTH }, (_, at) => Math.sin(at + 1));
/** 3 · (x · weights − 2), of more columns than coalitions can be asked of. */
function linear(): Uint8Array {
  const graph = new GraphBuilder('linear', { opset: 17 });
  graph.input('x', 'FP64', ['rows', WIDTH]);
  const product = graph.node('MatMul', ['x', graph.constant('w', 'FP64', [WIDTH, 1], weights)]);
  const less = graph.node('Sub', [product, graph.constant('two', 'FP64', [1], [2])]);
  graph.node('Mul', [graph.constant('three', 'FP64', [1], [3]), less], {}, ['y']);
  graph.output('y', 'FP64', ['rows', 1]);
  return graph.build();
}

const options = { features: 3, targets: 1 };

describe.each(anyDatabaseKind)('solvers of explanations, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    for (const [name, model] of [
      ['captum', captumModel()],
      ['one', invariantModel('one')],
      ['other', invariantModel('other')],
      ['forest', regressor([tree], options)],
      ['bare-forest', regressor([tree], options, { covers: false })],
      ['asinh', asinh()],
      ['linear', linear()],
      ['highest', regressor([tree, tree], options, { aggregate: 'MAX' })],
    ] as const) {
      await register(app, name);
      await publish(app, name, model);
    }
  });
  afterAll(() => app.close());

  const one = async (input: Record<string, unknown>): Promise<Explained> => {
    const [found] = await explained(app, input);
    if (found === undefined) throw new Error('No explanation');
    return found;
  };
  const numbers = ({ attributions }: Explained) => attributions.map(({ attribution }) => attribution);
  const instances = [{ x: [1, 3, 9] }];

  it('explains a linear graph of many columns exactly, by w(x − E x)', async () => {
    const row = (seed: number) => ({ x: weights.map((_, at) => Math.cos(seed * (at + 1))) });
    const background = { instances: [row(1), row(2), row(3)] };
    const found = await one({ version: 'linear@1', instances: [row(4)], target: 'y', background });
    expect(found).toMatchObject({ method: 'SHAPLEY', game: 'INTERVENTIONAL', rows: expect.any(Number) });
    expect(found.methodReason).toMatch(/linear/u);
    const expected = weights.map((weight, at) => {
      const mean = [1, 2, 3].reduce((sum, seed) => sum + Math.cos(seed * (at + 1)) / 3, 0);
      return 3 * weight * (Math.cos(4 * (at + 1)) - mean);
    });
    for (const [at, value] of numbers(found).entries()) expect(value).toBeCloseTo(expected[at] ?? NaN, 9);
    expect(Math.abs(found.completenessGap ?? NaN)).toBeLessThan(1e-9);
    const groups = [found.attributions.slice(0, 10).map(({ name }) => name)];
    const grouped = await one({
      version: 'linear@1',
      instances: [row(4)],
      target: 'y',
      background,
      groups,
      method: 'SHAPLEY',
    });
    expect(numbers(grouped)[0]).toBeCloseTo(
      expected.slice(0, 10).reduce((sum, value) => sum + value, 0),
      9,
    );
    expect(grouped.attributions).toHaveLength(WIDTH - 9);
  });

  it('explains trees along their paths by the rows the file counts', async () => {
    const found = await one({ version: 'forest@1', instances, target: 'y', method: 'TREE_SHAP' });
    // Covers are 2 and 2 + 2: E f = (1 + 7 + 3) / 3; with x₀ alone (7 + 3) / 2, with x₁ alone (1 + 2 · 7) / 3.
    const [none, first, second, both] = [11 / 3, 5, 5, 7];
    expect(found).toMatchObject({ game: 'PATH_DEPENDENT', method: 'TREE_SHAP', value: 7 });
    expect(found.baseValue).toBeCloseTo(none, 9);
    expect(numbers(found)[0]).toBeCloseTo((first - none + both - second) / 2, 9);
    expect(numbers(found)[1]).toBeCloseTo((second - none + both - first) / 2, 9);
    expect(numbers(found)[2]).toBe(0);
    expect(Math.abs(found.completenessGap ?? NaN)).toBeLessThan(1e-9);
  });

  it('explains trees against a background and a baseline, and groups as players', async () => {
    const background = { instances: [{ x: [0, 0, 0] }, { x: [1, 0, 0] }] };
    const input = { version: 'bare-forest@1', instances, target: 'y', background };
    const found = await one({ ...input, method: 'AUTO' });
    expect(found).toMatchObject({ method: 'TREE_SHAP', game: 'INTERVENTIONAL', baseValue: 2 });
    // Against (0, 0): φ₀ = (2 + 6) / 2, φ₁ = (0 + 4) / 2; against (1, 0): 0 and 4.
    expect(numbers(found)).toEqual([2, 3, 0]);
    const grouped = await one({ ...input, method: 'TREE_SHAP', groups: [['x[0]', 'x[1]']] });
    expect(numbers(grouped)[0]).toBeCloseTo(5, 9);
    expect(grouped.notes.join(' ')).not.toContain('sum of its members');
    const exact = await one({ ...input, method: 'SHAPLEY' });
    expect(numbers(exact)[0]).toBeCloseTo(2, 6);
    const based = await one({
      version: 'bare-forest@1',
      instances,
      target: 'y',
      baseline: 0,
      method: 'TREE_SHAP',
    });
    expect(based).toMatchObject({ game: 'BASELINE', baseValue: 1 });
    expect(numbers(based)).toEqual([4, 2, 0]);
  });

  it('says why TreeSHAP does not apply, and what is missing', async () => {
    const ask = (version: string, target = 'y') => explainRefusal(app, { version, instances, target, method: 'TREE_SHAP' }); // prettier-ignore
    expect(await ask('highest@1')).toMatchObject({ code: 'METHOD_NOT_APPLICABLE', message: expect.stringContaining('joined by MAX') }); // prettier-ignore
    expect(await ask('captum@1')).toMatchObject({ message: expect.stringContaining('no operator of trees') });
    expect(await ask('bare-forest@1')).toMatchObject({
      message: expect.stringContaining('give a background'),
    });
  });

  it('explains the descriptors of esol@3 by its trees, as the model answers', async () => {
    const found = await one({
      version: 'esol@3',
      instances: ['CCO'],
      features: 'INPUTS',
      method: 'TREE_SHAP',
    });
    expect(found.attributions).toHaveLength(211);
    expect(Math.abs(found.completenessGap ?? NaN)).toBeLessThan(1e-4);
    const strongest = found.attributions.toSorted(
      (a, b) => Math.abs(b.attribution) - Math.abs(a.attribution),
    );
    // clogP is the first of them.
    expect(strongest.slice(0, 2).map(({ index }) => index)).toContainEqual([0]);
  });

  it('takes differences where an operator has no gradient, and says which', async () => {
    const found = await one({ version: 'asinh@1', instances: [{ x: [3, 1] }], target: 'y', method: 'INTEGRATED_GRADIENTS', baseline: 0 }); // prettier-ignore
    expect(found.notes.join(' ')).toContain('operator Asinh has no gradient here');
    for (const [place, value] of [3, 1].entries())
      expect(Math.abs((numbers(found)[place] ?? NaN) / Math.asinh(value) - 1)).toBeLessThan(1e-3);
  });

  it('gives the published integrated gradients, whatever the implementation', async () => {
    const method = 'INTEGRATED_GRADIENTS';
    const captum = await one({ version: 'captum@1', instances: [{ x: [20, 50, 30] }], target: 'y', method, baseline: 0 }); // prettier-ignore
    for (const [place, value] of [78, 195, 117].entries())
      expect(Math.abs((numbers(captum)[place] ?? NaN) / value - 1)).toBeLessThan(0.005);
    expect(captum).toMatchObject({ game: 'BASELINE', baseValue: 2 });
    expect(captum.notes.join(' ')).toMatch(/Complete.*analytic/u);
    for (const version of ['one@1', 'other@1']) {
      const found = await one({ version, instances: [{ x: [3, 1] }], target: 'y', method, baseline: 0 });
      for (const [place, value] of [1.5, -0.5].entries())
        expect(Math.abs((numbers(found)[place] ?? NaN) / value - 1)).toBeLessThan(0.005);
    }
  });
});
