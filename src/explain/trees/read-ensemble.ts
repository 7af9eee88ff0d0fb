import type { TensorNumbers, WholeAttribute, WholeNode } from '../../onnx/index.js';
import {
  NODE_MODES,
  POST_TRANSFORMS,
  TreesNotReadable,
  type NodeMode,
  type PostTransform,
  type TreeEnsemble,
} from './ensemble.js';

/**
 * TreeEnsembleRegressor and TreeEnsembleClassifier of ai.onnx.ml 1 to 3, which give each node a tree and a number in it.
 * @throws TreesNotReadable
 */
export function readEnsemble(node: WholeNode, numbers: TensorNumbers): TreeEnsemble {
  const attributes = new Attributes(node, numbers);
  const prefix = node.operator === 'TreeEnsembleClassifier' ? 'class' : 'target';
  const trees = attributes.integers('nodes_treeids');
  const ids = attributes.integers('nodes_nodeids');
  const places = new Places(trees, ids);
  const mode = Uint8Array.from(attributes.texts('nodes_modes'), modeOf);
  const count = mode.length;
  for (const name of ['nodes_featureids', 'nodes_truenodeids', 'nodes_falsenodeids', 'nodes_treeids'])
    if (attributes.integers(name).length !== count) throw unequal(name, count);
  const { values, isDouble } = attributes.reals('nodes_values');
  if (values.length !== count) throw unequal('nodes_values', count);
  const branch = (name: string) =>
    Int32Array.from(attributes.integers(name), (id, at) =>
      mode[at] === 0 ? -1 : places.of(trees[at] ?? 0, id),
    );
  const yes = branch('nodes_truenodeids');
  const no = branch('nodes_falsenodeids');
  const leafIds = attributes.integers(`${prefix}_nodeids`);
  const leafTrees = attributes.integers(`${prefix}_treeids`);
  const leafNode = Int32Array.from(leafIds, (id, at) => places.of(leafTrees[at] ?? 0, id));
  const targets =
    prefix === 'target'
      ? (attributes.integer('n_targets') ?? 1)
      : Math.max(
          attributes.integers('classlabels_int64s').length,
          attributes.texts('classlabels_strings').length,
        );
  const missing = attributes.integers('nodes_missing_value_tracks_true');
  const hits = attributes.reals('nodes_hitrates').values;
  return {
    roots: rootsOf(trees, mode, yes, no),
    mode,
    feature: Int32Array.from(attributes.integers('nodes_featureids')),
    threshold: values,
    yes,
    no,
    missingIsTrue: Uint8Array.from({ length: count }, (_, at) => (missing[at] === 1 ? 1 : 0)),
    members: new Map(),
    hitRates: hits.length === count ? hits : null,
    leafNode,
    leafTarget: Int32Array.from(attributes.integers(`${prefix}_ids`)),
    leafWeight: attributes.reals(`${prefix}_weights`).values,
    isAverage: isAverage(attributes.text('aggregate_function') ?? 'SUM'),
    targets,
    base: attributes.reals('base_values').values,
    postTransform: postTransform(attributes.text('post_transform') ?? 'NONE'),
    isDouble,
  };
}

/** Attributes of a node by name, empty where it has none. */
export class Attributes {
  constructor(
    private readonly node: WholeNode,
    private readonly numbers: TensorNumbers,
  ) {}

  integers(name: string): Float64Array {
    return this.find(name)?.ints ?? new Float64Array(0);
  }

  integer(name: string): number | null {
    return this.find(name)?.int ?? null;
  }

  text(name: string): string | null {
    return this.find(name)?.text ?? null;
  }

  texts(name: string): readonly string[] {
    return this.find(name)?.texts ?? [];
  }

  /** From the list of floats or, for doubles, the tensor beside it. */
  reals(name: string): { readonly values: Float64Array; readonly isDouble: boolean } {
    const tensor = this.tensor(`${name}_as_tensor`);
    if (tensor !== null) return tensor;
    return { values: Float64Array.from(this.find(name)?.floats ?? []), isDouble: false };
  }

  tensor(name: string): { readonly values: Float64Array; readonly isDouble: boolean } | null {
    const tensor = this.find(name)?.tensor ?? null;
    return tensor && { values: this.numbers.of(tensor), isDouble: tensor.type === DOUBLE };
  }

  private find(name: string): WholeAttribute | undefined {
    return this.node.attributes.get(name);
  }
}

/** TensorProto.DataType */
const DOUBLE = 11;

/** Where the nodes lie by tree and number. */
class Places {
  private readonly known = new Map<number, Map<number, number>>();

  constructor(trees: Float64Array, ids: Float64Array) {
    for (const [at, id] of ids.entries()) {
      const tree = trees[at] ?? 0;
      const nodes = this.known.get(tree) ?? new Map<number, number>();
      if (nodes.has(id)) throw new TreesNotReadable(`tree ${tree} has node ${id} twice`);
      this.known.set(tree, nodes.set(id, at));
    }
  }

  of(tree: number, id: number): number {
    const place = this.known.get(tree)?.get(id);
    if (place === undefined) throw new TreesNotReadable(`tree ${tree} has no node ${id}`);
    return place;
  }
}

function rootsOf(trees: Float64Array, mode: Uint8Array, yes: Int32Array, no: Int32Array): Int32Array {
  const isBelow = new Uint8Array(mode.length);
  for (const [at, one] of mode.entries())
    if (one !== 0) {
      isBelow[yes[at] ?? 0] = 1;
      isBelow[no[at] ?? 0] = 1;
    }
  const roots = new Map<number, number>();
  for (const [at, below] of isBelow.entries()) {
    if (below === 1) continue;
    const tree = trees[at] ?? 0;
    if (roots.has(tree)) throw new TreesNotReadable(`tree ${tree} has two roots`);
    roots.set(tree, at);
  }
  for (const tree of trees)
    if (!roots.has(tree)) throw new TreesNotReadable(`tree ${tree} leads back to its root`);
  return Int32Array.from(roots.values());
}

function modeOf(text: string): number {
  const place = NODE_MODES.indexOf(text as NodeMode);
  if (place < 0) throw new TreesNotReadable(`a node has the mode ${JSON.stringify(text.slice(0, 40))}`);
  return place;
}

export function isAverage(aggregate: string): boolean {
  if (aggregate === 'SUM' || aggregate === 'AVERAGE') return aggregate === 'AVERAGE';
  throw new TreesNotReadable(
    `its trees are joined by ${aggregate}: Shapley values add up over trees only for SUM and AVERAGE`,
  );
}

function postTransform(text: string): PostTransform {
  const found = POST_TRANSFORMS.find((name) => name === text);
  if (found === undefined)
    throw new TreesNotReadable(`it has the transformation ${JSON.stringify(text.slice(0, 40))}`);
  return found;
}

function unequal(name: string, expected: number): TreesNotReadable {
  return new TreesNotReadable(`${name} has another length than the ${expected} nodes`);
}
