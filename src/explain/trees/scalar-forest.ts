import type { Column } from './column.js';
import { depthOf, LEAF, leadsToYes, type TreeEnsemble, type TreeNodes } from './ensemble.js';

/** A number that a graph makes of the scores of its trees: bias + Σ factor · score. */
export interface ScoreForm {
  readonly bias: number;
  readonly terms: readonly { readonly ensemble: number; readonly target: number; readonly factor: number }[];
}

/** What an operator of trees reads: one column of the graph's inputs for each feature. */
export interface PlacedEnsemble {
  readonly ensemble: TreeEnsemble;
  readonly columns: readonly Column[];
}

/** Trees that add up to one number. `feature` is a place in `columns`. */
export interface ScalarForest extends TreeNodes {
  readonly columns: readonly Column[];
  /** A leaf's part in the number; 0 for other nodes. */
  readonly leaf: Float64Array;
  readonly bias: number;
  readonly depth: number;
  /** How many training rows reached each node, as the file says; null where it does not, or says 1 of every node. */
  readonly storedCovers: Float64Array | null;
}

/** The trees behind one number of a graph; those that have no part in it are left out. @throws TreesNotReadable */
export function scalarForest(form: ScoreForm, ensembles: readonly PlacedEnsemble[]): ScalarForest {
  let { bias } = form;
  const parts: ForestPart[] = [];
  for (const [index, placed] of ensembles.entries()) {
    const { ensemble } = placed;
    const factors = new Float64Array(ensemble.targets);
    for (const { ensemble: of, target, factor } of form.terms)
      if (of === index) factors[target] = (factors[target] ?? 0) + factor;
    if (factors.every((factor) => factor === 0)) continue;
    for (const [target, factor] of factors.entries()) bias += factor * (ensemble.base[target] ?? 0);
    const leaf = leafValues(ensemble, factors);
    parts.push({ ...placed, leaf, roots: ensemble.roots.filter((root) => hasPart(ensemble, root, leaf)) });
  }
  const joined = join(parts);
  return { ...joined, bias, depth: depthOf(joined) };
}

/** The number for one row of the graph's inputs. */
export function evaluateForest(forest: ScalarForest, columns: Float64Array): number {
  let sum = 0;
  for (const root of forest.roots) sum += forest.leaf[leafOf(forest, root, columns)] ?? 0;
  return forest.bias + sum;
}

/** What `evaluateForest` adds up, without signs. */
export function magnitudeOf(forest: ScalarForest, columns: Float64Array): number {
  let sum = Math.abs(forest.bias);
  for (const root of forest.roots) sum += Math.abs(forest.leaf[leafOf(forest, root, columns)] ?? 0);
  return sum;
}

function leafOf(forest: ScalarForest, root: number, columns: Float64Array): number {
  let node = root;
  while (forest.mode[node] !== LEAF) {
    const value = columns[forest.feature[node] ?? 0] ?? 0;
    node = (leadsToYes(forest, node, value) ? forest.yes[node] : forest.no[node]) ?? 0;
  }
  return node;
}

/** How many of the rows reach each node. */
export function countCovers(forest: ScalarForest, rows: readonly Float64Array[]): Float64Array {
  const covers = new Float64Array(forest.mode.length);
  for (const columns of rows)
    for (const root of forest.roots) {
      let node = root;
      covers[node] = (covers[node] ?? 0) + 1;
      while (forest.mode[node] !== LEAF) {
        const value = columns[forest.feature[node] ?? 0] ?? 0;
        node = (leadsToYes(forest, node, value) ? forest.yes[node] : forest.no[node]) ?? 0;
        covers[node] = (covers[node] ?? 0) + 1;
      }
    }
  return covers;
}

interface ForestPart extends PlacedEnsemble {
  readonly leaf: Float64Array;
  readonly roots: Int32Array;
}

function leafValues(ensemble: TreeEnsemble, factors: Float64Array): Float64Array {
  const leaf = new Float64Array(ensemble.mode.length);
  const scale = ensemble.isAverage ? 1 / ensemble.roots.length : 1;
  for (const [row, node] of ensemble.leafNode.entries()) {
    if (ensemble.mode[node] !== LEAF) continue;
    const factor = factors[ensemble.leafTarget[row] ?? 0] ?? 0;
    leaf[node] = (leaf[node] ?? 0) + scale * factor * (ensemble.leafWeight[row] ?? 0);
  }
  return leaf;
}

function hasPart(nodes: TreeNodes, root: number, leaf: Float64Array): boolean {
  const open = [root];
  const seen = new Set(open);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (leaf[node] !== 0) return true;
    if (nodes.mode[node] === LEAF) continue;
    for (const below of [nodes.yes[node] ?? 0, nodes.no[node] ?? 0])
      if (!seen.has(below)) {
        open.push(below);
        seen.add(below);
      }
  }
  return false;
}

function join(parts: readonly ForestPart[]): Omit<ScalarForest, 'bias' | 'depth'> {
  const size = parts.reduce((sum, { ensemble }) => sum + ensemble.mode.length, 0);
  const joined = {
    mode: new Uint8Array(size),
    feature: new Int32Array(size),
    threshold: new Float64Array(size),
    yes: new Int32Array(size),
    no: new Int32Array(size),
    missingIsTrue: new Uint8Array(size),
    leaf: new Float64Array(size),
  };
  const roots: number[] = [];
  const columns: Column[] = [];
  const members = new Map<number, ReadonlySet<number>>();
  const hitRates = new Float64Array(size);
  let [from, hasRates] = [0, parts.length > 0];
  for (const { ensemble, columns: own, leaf, roots: used } of parts) {
    for (const name of ['mode', 'threshold', 'missingIsTrue'] as const)
      joined[name].set(ensemble[name], from);
    joined.leaf.set(leaf, from);
    joined.yes.set(
      ensemble.yes.map((node) => node + from),
      from,
    );
    joined.no.set(
      ensemble.no.map((node) => node + from),
      from,
    );
    joined.feature.set(
      ensemble.feature.map((feature) => feature + columns.length),
      from,
    );
    for (const [node, set] of ensemble.members) members.set(node + from, set);
    if (ensemble.hitRates !== null && areCovers(ensemble, ensemble.hitRates))
      hitRates.set(ensemble.hitRates, from);
    else hasRates = false;
    for (const root of used) roots.push(root + from);
    columns.push(...own);
    from += ensemble.mode.length;
  }
  return {
    ...joined,
    roots: Int32Array.from(roots),
    columns,
    members,
    storedCovers: hasRates ? hitRates : null,
  };
}

/** Converters without the numbers write 1 everywhere: what reaches a node's branches must add up to what reaches the node. */
function areCovers(nodes: TreeNodes, rates: Float64Array): boolean {
  for (const [node, mode] of nodes.mode.entries()) {
    const rate = rates[node] ?? 0;
    if (!(rate >= 0)) return false;
    if (mode === LEAF) continue;
    const below = (rates[nodes.yes[node] ?? 0] ?? 0) + (rates[nodes.no[node] ?? 0] ?? 0);
    if (rate === 0 || Math.abs(below - rate) > 1e-4 * rate) return false;
  }
  return true;
}
