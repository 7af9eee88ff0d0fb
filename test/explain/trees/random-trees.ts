import fc from 'fast-check';
import { GraphBuilder } from '../../../src/onnx/index.js';

/** A node of a tree as the tests write it. */
export type TestTree =
  | { readonly weights: readonly number[] }
  | {
      readonly mode: string;
      readonly feature: number;
      readonly threshold: number;
      readonly missing: boolean;
      readonly cover: number;
      readonly yes: TestTree;
      readonly no: TestTree;
    };

// Values that meet: equality and both sides of a threshold come about often. 0.1 and 0.3 are rounded by float32.
export const VALUES = [-1, 0, 0.1, 0.3, 0.5, 1, 2.5];
const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];

export interface TreeOptions {
  readonly features: number;
  readonly targets: number;
  readonly depth: number;
  readonly modes?: readonly string[];
}

export function treeArbitrary({
  features,
  targets,
  depth,
  modes = MODES,
}: TreeOptions): fc.Arbitrary<TestTree> {
  const leaf: fc.Arbitrary<TestTree> = fc.record({
    weights: fc.array(fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround), { minLength: targets, maxLength: targets }), // prettier-ignore
  });
  const at = (level: number): fc.Arbitrary<TestTree> =>
    level === 0
      ? leaf
      : fc.oneof(
          { weight: 1, arbitrary: leaf },
          {
            weight: 5,
            arbitrary: fc.record({
              mode: fc.constantFrom(...modes),
              feature: fc.nat({ max: features - 1 }),
              threshold: fc.constantFrom(...VALUES),
              missing: fc.boolean(),
              cover: fc.integer({ min: 1, max: 9 }),
              yes: at(level - 1),
              no: at(level - 1),
            }),
          },
        );
  return at(depth);
}

export const rowArbitrary = (features: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...VALUES) },
        { weight: 1, arbitrary: fc.constant(NaN) },
      ),
      { minLength: features, maxLength: features },
    ) // prettier-ignore
    .map((values) => Float64Array.from(values));

/** A tree's answer, by the definition of the operator; both compared numbers as float32. */
export function answerOf(tree: TestTree, row: Float64Array): readonly number[] {
  if ('weights' in tree) return tree.weights;
  return answerOf(isYes(tree, row[tree.feature] ?? NaN) ? tree.yes : tree.no, row);
}

export function isYes(tree: Exclude<TestTree, { weights: unknown }>, given: number): boolean {
  const [value, threshold] = [Math.fround(given), Math.fround(tree.threshold)];
  if (tree.missing && Number.isNaN(value)) return true;
  switch (tree.mode) {
    case 'BRANCH_LEQ':
      return value <= threshold;
    case 'BRANCH_LT':
      return value < threshold;
    case 'BRANCH_GTE':
      return value >= threshold;
    case 'BRANCH_GT':
      return value > threshold;
    case 'BRANCH_EQ':
      return value === threshold;
    default:
      return value !== threshold;
  }
}

/** Rows that reach a tree's leaves are those of its innermost nodes; what reaches a node is what reaches both branches. */
export function coverOf(tree: TestTree): number {
  return 'weights' in tree ? 1 + Math.abs(tree.weights.length) : coverOf(tree.yes) + coverOf(tree.no);
}

/** The attributes of ai.onnx.ml's operators of trees, versions 1 to 3. */
export function attributesOf(
  trees: readonly TestTree[],
  prefix: 'target' | 'class',
  withCovers: boolean,
): Record<string, readonly bigint[] | readonly number[] | readonly string[]> {
  const nodes = { treeids: [] as bigint[], nodeids: [] as bigint[], featureids: [] as bigint[], modes: [] as string[], values: [] as number[], truenodeids: [] as bigint[], falsenodeids: [] as bigint[], missing_value_tracks_true: [] as bigint[], hitrates: [] as number[] }; // prettier-ignore
  const leaves = {
    treeids: [] as bigint[],
    nodeids: [] as bigint[],
    ids: [] as bigint[],
    weights: [] as number[],
  };
  for (const [index, root] of trees.entries()) {
    let next = 0;
    const write = (tree: TestTree): bigint => {
      const id = BigInt(next++);
      const place = nodes.treeids.length;
      nodes.treeids.push(BigInt(index));
      nodes.nodeids.push(id);
      nodes.hitrates.push(withCovers ? coverOf(tree) : 1);
      const isLeaf = 'weights' in tree;
      nodes.modes.push(isLeaf ? 'LEAF' : tree.mode);
      nodes.featureids.push(BigInt(isLeaf ? 0 : tree.feature));
      nodes.values.push(isLeaf ? 0 : tree.threshold);
      nodes.missing_value_tracks_true.push(!isLeaf && tree.missing ? 1n : 0n);
      nodes.truenodeids.push(0n);
      nodes.falsenodeids.push(0n);
      if (isLeaf)
        for (const [target, weight] of tree.weights.entries()) {
          leaves.treeids.push(BigInt(index));
          leaves.nodeids.push(id);
          leaves.ids.push(BigInt(target));
          leaves.weights.push(weight);
        }
      else {
        nodes.truenodeids[place] = write(tree.yes);
        nodes.falsenodeids[place] = write(tree.no);
      }
      return id;
    };
    write(root);
  }
  return {
    ...Object.fromEntries(Object.entries(nodes).map(([name, list]) => [`nodes_${name}`, list])),
    ...Object.fromEntries(Object.entries(leaves).map(([name, list]) => [`${prefix}_${name}`, list])),
  };
}

export function regressor(
  trees: readonly TestTree[],
  { features, targets }: Pick<TreeOptions, 'features' | 'targets'>,
  options: {
    readonly base?: readonly number[];
    readonly aggregate?: string;
    readonly post?: string;
    readonly covers?: boolean;
  } = {},
): Uint8Array {
  const graph = new GraphBuilder('trees', { opset: 17, domains: { 'ai.onnx.ml': 3 } });
  graph.input('x', 'FP32', ['rows', features]);
  graph.node(
    'ai.onnx.ml.TreeEnsembleRegressor',
    ['x'],
    {
      n_targets: BigInt(targets),
      ...(options.base ? { base_values: options.base } : {}),
      aggregate_function: options.aggregate ?? 'SUM',
      post_transform: options.post ?? 'NONE',
      ...attributesOf(trees, 'target', options.covers ?? true),
    },
    ['y'],
  );
  graph.output('y', 'FP32', ['rows', targets]);
  return graph.build();
}
