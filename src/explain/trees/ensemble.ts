/** How a node compares its feature with its threshold: true leads to `yes`. */
export const NODE_MODES = [
  'LEAF',
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
  'BRANCH_MEMBER',
] as const;
export type NodeMode = (typeof NODE_MODES)[number];
export const LEAF = 0;

/** Trees as flat arrays: node i of all trees is place i in each. */
export interface TreeNodes {
  /** A node for each tree. */
  readonly roots: Int32Array;
  /** A place in NODE_MODES; LEAF is 0. */
  readonly mode: Uint8Array;
  readonly feature: Int32Array;
  /** As the runtime compares them: a float32's value where it holds float32. */
  readonly threshold: Float64Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** 1 where NaN leads to `yes`. */
  readonly missingIsTrue: Uint8Array;
  /** Of BRANCH_MEMBER nodes. */
  readonly members: ReadonlyMap<number, ReadonlySet<number>>;
}

/** One operator of trees: a score for each of its targets or classes. */
export interface TreeEnsemble extends TreeNodes {
  /** As the file has them; null where it has none. */
  readonly hitRates: Float64Array | null;
  /** Of each leaf: node, target and weight, row by row. */
  readonly leafNode: Int32Array;
  readonly leafTarget: Int32Array;
  readonly leafWeight: Float64Array;
  readonly isAverage: boolean;
  readonly targets: number;
  /** What is added to a target's score; empty for none. */
  readonly base: Float64Array;
  readonly postTransform: PostTransform;
  /** Whether features are compared as float64; float32 otherwise. */
  readonly isDouble: boolean;
}

export const POST_TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'] as const;
export type PostTransform = (typeof POST_TRANSFORMS)[number];

/** Trees that this release does not explain, and why: a clause after "TREE_SHAP does not apply, because". */
export class TreesNotReadable extends Error {}

/** Whether `value` of the node's feature leads to `yes`, as onnxruntime's ai.onnx.ml operators decide it. */
export function leadsToYes(nodes: TreeNodes, node: number, value: number): boolean {
  if (Number.isNaN(value)) return nodes.missingIsTrue[node] === 1 || nodes.mode[node] === 6;
  const threshold = nodes.threshold[node] ?? 0;
  switch (nodes.mode[node]) {
    case 1:
      return value <= threshold;
    case 2:
      return value < threshold;
    case 3:
      return value >= threshold;
    case 4:
      return value > threshold;
    case 5:
      return value === threshold;
    case 6:
      return value !== threshold;
    default:
      return nodes.members.get(node)?.has(value) === true;
  }
}

/**
 * How deep the deepest tree is.
 * @throws TreesNotReadable for nodes that are reached twice or lead back, and for depths that no trained tree has
 */
export function depthOf(nodes: TreeNodes): number {
  const seen = new Uint8Array(nodes.mode.length);
  let [level, depth] = [Array.from(nodes.roots), 0];
  while (level.length > 0) {
    const below: number[] = [];
    for (const node of level) {
      if (nodes.mode[node] === undefined)
        throw new TreesNotReadable('a branch leads to a node that is not there');
      if (seen[node] === 1) throw new TreesNotReadable('a node is reached in two ways');
      seen[node] = 1;
      if (nodes.mode[node] !== LEAF) below.push(nodes.yes[node] ?? -1, nodes.no[node] ?? -1);
    }
    if (below.length > 0) depth += 1;
    if (depth > MAX_DEPTH) throw new TreesNotReadable(`a tree is more than ${MAX_DEPTH} deep`);
    level = below;
  }
  return depth;
}

/** Trees are walked by calls within calls. */
const MAX_DEPTH = 1_000;
