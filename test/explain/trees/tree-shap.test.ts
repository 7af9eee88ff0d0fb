import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForestAnswers, placedInputs, type ForestAnswer } from '../../../src/explain/trees/forest-answers.js';
import { followTreeGraph } from '../../../src/explain/trees/tree-graph.js';
import { rounds } from '../../support/depth.js';
import {
  answerOf,
  coverOf,
  isYes,
  regressor,
  rowArbitrary,
  treeArbitrary,
  type TestTree,
} from './random-trees.js';

const FEATURES = 5;
const forests = (modes?: readonly string[]) =>
  fc.array(treeArbitrary({ features: FEATURES, targets: 2, depth: 5, ...(modes ? { modes } : {}) }), { minLength: 1, maxLength: 4 }); // prettier-ignore
const rows = (count: number) => fc.array(rowArbitrary(FEATURES), { minLength: 1, maxLength: count });
const identity = Int32Array.from({ length: FEATURES }, (_, at) => at);

/** Shapley values by their definition, over all coalitions. */
function bruteForce(count: number, game: (isIn: (player: number) => boolean) => number): number[] {
  const pays = Array.from({ length: 2 ** count }, (_, set) => game((player) => ((set >> player) & 1) === 1));
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: count }, (_, player) => {
    let value = 0;
    for (let set = 0; set < 2 ** count; set += 1) {
      if ((set >> player) & 1) continue;
      const size = set.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      value += weight * ((pays[set | (1 << player)] ?? 0) - (pays[set] ?? 0));
    }
    return value;
  });
}

/** A tree's expectation in the path-dependent game of Lundberg 2020, by its definition. */
function expected(
  tree: TestTree,
  row: Float64Array,
  isIn: (feature: number) => boolean,
  cover: (tree: TestTree) => number,
): number {
  // prettier-ignore
  if ('weights' in tree) return tree.weights[0] ?? 0;
  const of = (branch: TestTree) => expected(branch, row, isIn, cover);
  if (isIn(tree.feature)) return of(isYes(tree, row[tree.feature] ?? NaN) ? tree.yes : tree.no);
  const [yes, no] = [cover(tree.yes), cover(tree.no)];
  const share = yes + no > 0 ? yes / (yes + no) : 0.5;
  return share * of(tree.yes) + (1 - share) * of(tree.no);
}

function withForest<Result>(
  bytes: Uint8Array,
  act: (answers: ForestAnswers, path: string) => Result,
  element = 0,
): Result {
  // prettier-ignore
  const folder = mkdtempSync(join(tmpdir(), 'retort-trees-'));
  try {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytes);
    const graph = followTreeGraph({ path }, placedInputs([{ name: 'x', width: FEATURES }]));
    return act(new ForestAnswers(graph, 'y', element), path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const question = { players: identity, playerCount: FEATURES };

function expectSums(answer: ForestAnswer): void {
  const total = answer.values.reduce((sum, value) => sum + value, answer.baseValue);
  expect(Math.abs(total - answer.margin)).toBeLessThan(1e-9);
}

describe('TreeSHAP', () => {
  it('interventional: equals the sum over all coalitions, and adds up', () => {
    fc.assert(
      fc.property(forests(), rowArbitrary(FEATURES), rows(4), (trees, instance, background) => {
        const bytes = regressor(trees, { features: FEATURES, targets: 2 }, { base: [0.5, 1] });
        const answer = withForest(bytes, (forest) => forest.answer({ ...question, game: 'INTERVENTIONAL', instance, background })); // prettier-ignore
        const exact = bruteForce(FEATURES, (isIn) => {
          const mixed = (row: Float64Array) =>
            row.map((value, at) => (isIn(at) ? (instance[at] ?? 0) : value));
          const sums = background.map((row) => trees.reduce((sum, tree) => sum + (answerOf(tree, mixed(row))[0] ?? 0), 0)); // prettier-ignore
          return sums.reduce((sum, value) => sum + value, 0) / background.length;
        });
        for (const [at, value] of exact.entries())
          expect(Math.abs((answer.values[at] ?? NaN) - value)).toBeLessThan(1e-9);
        expectSums(answer);
      }),
      { numRuns: rounds(150) },
    );
  });

  it('path-dependent, covers of the file: equals the sum over all coalitions, and adds up', () => {
    fc.assert(
      fc.property(forests(), rowArbitrary(FEATURES), (trees, instance) => {
        fc.pre(trees.some((tree) => !('weights' in tree)));
        const bytes = regressor(trees, { features: FEATURES, targets: 2 });
        const answer = withForest(bytes, (forest) => forest.answer({ ...question, game: 'PATH_DEPENDENT', instance, background: null })); // prettier-ignore
        const exact = bruteForce(FEATURES, (isIn) =>
          trees.reduce((sum, tree) => sum + expected(tree, instance, isIn, coverOf), 0),
        );
        for (const [at, value] of exact.entries())
          expect(Math.abs((answer.values[at] ?? NaN) - value)).toBeLessThan(1e-9);
        expectSums(answer);
      }),
      { numRuns: rounds(150) },
    );
  });

  it('path-dependent, covers counted from a background: the same, branches without rows included', () => {
    fc.assert(
      fc.property(forests(), rowArbitrary(FEATURES), rows(6), (trees, instance, background) => {
        const bytes = regressor(trees, { features: FEATURES, targets: 2 }, { covers: false });
        const answer = withForest(bytes, (forest) => forest.answer({ ...question, game: 'PATH_DEPENDENT', instance, background })); // prettier-ignore
        const counts = new Map<TestTree, number>();
        for (const row of background)
          for (const root of trees)
            for (let tree = root; ; tree = isYes(tree, row[tree.feature] ?? NaN) ? tree.yes : tree.no) {
              counts.set(tree, (counts.get(tree) ?? 0) + 1);
              if ('weights' in tree) break;
            }
        const exact = bruteForce(FEATURES, (isIn) =>
          trees.reduce(
            (sum, tree) => sum + expected(tree, instance, isIn, (node) => counts.get(node) ?? 0),
            0,
          ),
        );
        for (const [at, value] of exact.entries())
          expect(Math.abs((answer.values[at] ?? NaN) - value)).toBeLessThan(1e-9);
        expectSums(answer);
      }),
      { numRuns: rounds(150) },
    );
  });

  it('lets groups of features act as one player, exactly, and holds what no player has', () => {
    const players = Int32Array.of(0, 1, 0, -1, 1);
    fc.assert(
      fc.property(forests(), rowArbitrary(FEATURES), rows(3), (trees, instance, background) => {
        const bytes = regressor(trees, { features: FEATURES, targets: 2 });
        const [between, along] = withForest(bytes, (forest) =>
          (['INTERVENTIONAL', 'PATH_DEPENDENT'] as const).map(
            (game) =>
            forest.answer({ game, players, playerCount: 2, instance, background: game === 'INTERVENTIONAL' ? background : null }), // prettier-ignore
          ),
        ) as [ForestAnswer, ForestAnswer];
        const has = (isIn: (player: number) => boolean) => (feature: number) =>
          (players[feature] ?? 0) < 0 || isIn(players[feature] ?? 0);
        const exactBetween = bruteForce(2, (isIn) => {
          const mixed = (row: Float64Array) => row.map((value, at) => (has(isIn)(at) ? (instance[at] ?? 0) : value)); // prettier-ignore
          const sums = background.map((row) => trees.reduce((sum, tree) => sum + (answerOf(tree, mixed(row))[0] ?? 0), 0)); // prettier-ignore
          return sums.reduce((sum, value) => sum + value, 0) / background.length;
        });
        const exactAlong = bruteForce(2, (isIn) =>
          trees.reduce((sum, tree) => sum + expected(tree, instance, has(isIn), coverOf), 0),
        );
        for (const at of [0, 1]) {
          expect(Math.abs((between.values[at] ?? NaN) - (exactBetween[at] ?? 0))).toBeLessThan(1e-9);
          expect(Math.abs((along.values[at] ?? NaN) - (exactAlong[at] ?? 0))).toBeLessThan(1e-9);
        }
        expectSums(between);
        expectSums(along);
      }),
      { numRuns: rounds(100) },
    );
  });

  it('adds up for trees 40 deep over 2,048 bits', () => {
    const width = 2_048;
    let tree: TestTree = { weights: [1] };
    for (let level = 0; level < 40; level += 1)
      tree = { mode: 'BRANCH_LEQ', feature: (level * 97) % width, threshold: 0.5, missing: false, cover: 1, yes: { weights: [Math.fround(0.1 * level)] }, no: tree }; // prettier-ignore
    const folder = mkdtempSync(join(tmpdir(), 'retort-trees-'));
    try {
      const path = join(folder, 'model.onnx');
      writeFileSync(path, regressor([tree], { features: width, targets: 1 }));
      const graph = followTreeGraph({ path }, placedInputs([{ name: 'x', width }]));
      const forest = new ForestAnswers(graph, 'y', 0);
      const instance = new Float64Array(width).fill(1);
      const players = Int32Array.from({ length: width }, (_, at) => at);
      for (const game of ['PATH_DEPENDENT', 'INTERVENTIONAL'] as const) {
        const background = game === 'PATH_DEPENDENT' ? null : [new Float64Array(width)];
        const answer = forest.answer({ game, players, playerCount: width, instance, background });
        expectSums(answer);
        expect(answer.values.filter((value) => value !== 0).length).toBeGreaterThan(30);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('asks for a background where the file writes 1 for every node', () => {
    const stump: TestTree = { mode: 'BRANCH_LEQ', feature: 0, threshold: 0.5, missing: false, cover: 1, yes: { weights: [1, 0] }, no: { weights: [2, 0] } }; // prettier-ignore
    const bytes = regressor([stump], { features: FEATURES, targets: 2 }, { covers: false });
    const ask = () => withForest(bytes, (forest) => forest.answer({ ...question, game: 'PATH_DEPENDENT', instance: new Float64Array(FEATURES), background: null })); // prettier-ignore
    expect(ask).toThrow('how many training rows reached each node');
  });
});
