// What TreeSHAP costs: one instance of a forest of 200 trees of depth 10 over 2,048 bits, path-dependent and against
// background rows:
//   npm run build && node dist/bench/tree-shap.js
import { Interventional } from '../src/explain/trees/interventional.js';
import { pathDependent } from '../src/explain/trees/path-dependent.js';
import type { ScalarForest } from '../src/explain/trees/scalar-forest.js';

const [TREES, DEPTH, BITS, ROWS, ROUNDS] = [200, 10, 2_048, 100, 9];
const forest = balanced();
const random = seeded(7);
const bits = () => Float64Array.from({ length: BITS }, () => (random() < 0.1 ? 1 : 0));
const covers = new Float64Array(forest.mode.length);
// Rows that reached the nodes, from the leaves up: children lie behind their parents.
for (let node = covers.length - 1; node >= 0; node -= 1)
  covers[node] =
    forest.mode[node] === 0
      ? 1 + Math.floor(20 * random())
      : (covers[forest.yes[node] ?? 0] ?? 0) + (covers[forest.no[node] ?? 0] ?? 0);
const players = Int32Array.from({ length: BITS }, (_, at) => at);

const path = median(() => {
  pathDependent(forest, bits(), covers, players, BITS);
});
const background = Array.from({ length: ROWS }, bits);
const against = median(() => {
  const solver = new Interventional(forest, bits(), players, BITS);
  for (const row of background) solver.against(row);
});
console.log(
  `${TREES} trees of depth ${DEPTH}, ${forest.mode.length} nodes, ${BITS} bits, median of ${ROUNDS}:`,
);
console.log(`path-dependent: ${path.toFixed(1)} ms an instance`);
console.log(`interventional: ${(against / ROWS).toFixed(2)} ms a background row`);

function median(act: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return times[Math.floor(ROUNDS / 2)] ?? NaN;
}

/** Every tree full: as many nodes as such a forest can have. */
function balanced(): ScalarForest {
  const each = 2 ** (DEPTH + 1) - 1;
  const size = TREES * each;
  const at = seeded(3);
  const within = (node: number) => node % each;
  const isLeaf = (node: number) => within(node) >= 2 ** DEPTH - 1;
  const child = (node: number, side: number) =>
    isLeaf(node) ? -1 : node - within(node) + 2 * within(node) + side;
  const nodes = Array.from({ length: size }, (_, node) => node);
  return {
    roots: Int32Array.from({ length: TREES }, (_, tree) => tree * each),
    mode: Uint8Array.from(nodes, (node) => (isLeaf(node) ? 0 : 1)),
    feature: Int32Array.from(nodes, () => Math.floor(BITS * at())),
    threshold: new Float64Array(size).fill(0.5),
    yes: Int32Array.from(nodes, (node) => child(node, 1)),
    no: Int32Array.from(nodes, (node) => child(node, 2)),
    missingIsTrue: new Uint8Array(size),
    members: new Map(),
    leaf: Float64Array.from(nodes, (node) => (isLeaf(node) ? at() - 0.5 : 0)),
    columns: Array.from({ length: BITS }, (_, from) => ({ from, steps: [], value: 0 })),
    bias: 0,
    depth: DEPTH,
    storedCovers: null,
  };
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
