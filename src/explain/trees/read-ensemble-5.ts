import type { TensorNumbers, WholeNode } from '../../onnx/index.js';
import {
  NODE_MODES,
  POST_TRANSFORMS,
  TreesNotReadable,
  type NodeMode,
  type TreeEnsemble,
} from './ensemble.js';
import { Attributes, isAverage } from './read-ensemble.js';

/** As ai.onnx.ml 5 numbers them. */
const MODES: readonly NodeMode[] = [
  'BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ', 'BRANCH_MEMBER',
]; // prettier-ignore
const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'] as const;

/**
 * TreeEnsemble of ai.onnx.ml 5, which numbers inner nodes and leaves apart: here leaf l is node `inner + l`.
 * @throws TreesNotReadable
 */
export function readEnsemble5(node: WholeNode, numbers: TensorNumbers): TreeEnsemble {
  const attributes = new Attributes(node, numbers);
  const splits = attributes.tensor('nodes_splits');
  const modes = attributes.tensor('nodes_modes')?.values ?? new Float64Array(0);
  const weights = attributes.tensor('leaf_weights')?.values ?? new Float64Array(0);
  const [inner, leaves] = [modes.length, weights.length];
  const features = attributes.integers('nodes_featureids');
  if (splits?.values.length !== inner || features.length !== inner)
    throw new TreesNotReadable('its nodes have lists of different lengths');
  const branch = (ids: string, leaf: string) => {
    const isLeaf = attributes.integers(leaf);
    const list = new Int32Array(inner + leaves).fill(-1);
    for (const [at, id] of attributes.integers(ids).entries()) list[at] = isLeaf[at] === 1 ? inner + id : id;
    return list;
  };
  const yes = branch('nodes_truenodeids', 'nodes_trueleafs');
  const no = branch('nodes_falsenodeids', 'nodes_falseleafs');
  const mode = new Uint8Array(inner + leaves);
  for (const [at, one] of modes.entries()) mode[at] = NODE_MODES.indexOf(MODES[one] ?? 'LEAF');
  const padded = (values: Float64Array) => {
    const list = new Float64Array(inner + leaves);
    list.set(values);
    return list;
  };
  const hits = attributes.tensor('nodes_hitrates')?.values;
  const missing = attributes.integers('nodes_missing_value_tracks_true');
  return {
    // A tree of one leaf is written as a node whose branches both lead to it.
    roots: Int32Array.from(attributes.integers('tree_roots'), (root) =>
      yes[root] === no[root] ? (yes[root] ?? root) : root,
    ),
    mode,
    feature: Int32Array.from(padded(features)),
    threshold: padded(splits.values),
    yes,
    no,
    missingIsTrue: Uint8Array.from({ length: inner + leaves }, (_, at) => (missing[at] === 1 ? 1 : 0)),
    members: membersOf(modes, attributes.tensor('membership_values')?.values ?? new Float64Array(0)),
    // Leaves have none of their own: what counts is whether those of the nodes are real.
    hitRates: hits?.length === inner + leaves ? hits : null,
    leafNode: Int32Array.from({ length: leaves }, (_, at) => inner + at),
    leafTarget: Int32Array.from(attributes.integers('leaf_targetids')),
    leafWeight: weights,
    isAverage: isAverage(AGGREGATES[attributes.integer('aggregate_function') ?? 1] ?? 'unknown'),
    targets: attributes.integer('n_targets') ?? 1,
    base: new Float64Array(0),
    postTransform: POST_TRANSFORMS[attributes.integer('post_transform') ?? 0] ?? 'NONE',
    isDouble: splits.isDouble,
  };
}

/** The sets of all BRANCH_MEMBER nodes one after the other, each closed by NaN. */
function membersOf(modes: Float64Array, values: Float64Array): Map<number, ReadonlySet<number>> {
  const members = new Map<number, ReadonlySet<number>>();
  let at = 0;
  for (const [node, mode] of modes.entries()) {
    if (MODES[mode] !== 'BRANCH_MEMBER') continue;
    const set = new Set<number>();
    for (; at < values.length && !Number.isNaN(values[at]); at += 1) set.add(values[at] ?? NaN);
    at += 1;
    members.set(node, set);
  }
  return members;
}
