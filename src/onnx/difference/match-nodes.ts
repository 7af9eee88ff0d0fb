import type { GraphOutline, OutlineNode, Value } from './graph-outline.js';
import { alignSequences } from './align-sequences.js';
import { formatTensor } from './stored-tensor.js';

/** Which node of the target is which node of the base, by their places in the outlines. */
export class NodeMatches {
  readonly toTarget = new Map<number, number>();
  readonly toBase = new Map<number, number>();

  add(base: number, target: number): void {
    this.toTarget.set(base, target);
    this.toBase.set(target, base);
  }
}

/**
 * Pairs the nodes of two graphs. Names alone mislead: exporters number their nodes, so that one node put in renames all
 * that follow. In this order, each on what is left:
 *
 * 1. the same computation from the inputs on, whatever it is called, a name in common first;
 * 2. the same name, operator and attributes, fed by something that is paired already;
 * 3. the same operators with the same attributes in the same order (the longest such sequence);
 * 4. the same name and operator: its attributes changed;
 * 5. the same name: its operator changed.
 */
export function matchNodes(base: GraphOutline, target: GraphOutline): NodeMatches {
  const matches = new NodeMatches();
  const interned = new Map<string, number>();
  const [before, after] = [computations(base, interned), computations(target, interned)];
  pairByKey(matches, base, target, (side, index) => String((side === base ? before : after)[index]));
  pairAnchored(matches, base, target);
  pairInOrder(matches, base, target);
  pairByKey(matches, base, target, (side, index) => named(side.nodes[index], true));
  pairByKey(matches, base, target, (side, index) => named(side.nodes[index], false));
  return matches;
}

/** Operator and attributes: what a node does with whatever it is given. */
function operation({ operator, attributes }: OutlineNode): string {
  const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([operator, sorted]);
}

/**
 * A number for each node that equals another's exactly when both compute the same from the same inputs. Weights count
 * by type and shape only: training again changes no structure.
 */
function computations({ nodes, tensors }: GraphOutline, interned: Map<string, number>): number[] {
  const numbers: number[] = [];
  const place = (value: Value): string => {
    switch (value.kind) {
      case 'none':
        return '';
      case 'input':
        return value.scopeKind === '' ? `i${value.name}` : `i${value.scopeKind}${value.index}`;
      case 'tensor': {
        const tensor = tensors[value.tensor];
        return tensor ? `t${formatTensor(tensor)}` : 't';
      }
      case 'node':
        return `n${numbers[value.node] ?? 'later'}.${value.output}`;
      case 'unknown':
        return `u${value.name}`;
    }
  };
  for (const node of nodes) {
    const key = JSON.stringify([
      node.scopeKind,
      operation(node),
      node.outputs.length,
      node.inputs.map(place),
    ]);
    let number = interned.get(key);
    if (number === undefined) {
      number = interned.size;
      interned.set(key, number);
    }
    numbers.push(number);
  }
  return numbers;
}

interface Group {
  readonly all: number[];
  readonly byName: Map<string, number[]>;
}

/** Pairs what has one key, in order; among several of one key those of the same name first. '' is no key. */
function pairByKey(
  matches: NodeMatches,
  base: GraphOutline,
  target: GraphOutline,
  keyOf: (side: GraphOutline, index: number) => string,
): void {
  const groups = new Map<string, Group>();
  for (const [index, node] of target.nodes.entries()) {
    if (matches.toBase.has(index)) continue;
    const key = keyOf(target, index);
    if (key === '') continue;
    const group = groups.get(key) ?? { all: [], byName: new Map<string, number[]>() };
    groups.set(key, group);
    group.all.push(index);
    const namesakes = group.byName.get(named(node, false));
    if (namesakes) namesakes.push(index);
    else group.byName.set(named(node, false), [index]);
  }
  const left: { readonly index: number; readonly group: Group }[] = [];
  for (const [index, node] of base.nodes.entries()) {
    const group = matches.toTarget.has(index) ? undefined : groups.get(keyOf(base, index));
    if (!group) continue;
    const namesake = group.byName.get(named(node, false))?.shift();
    if (namesake === undefined) left.push({ index, group });
    else matches.add(index, namesake);
  }
  // Each group is walked once: a graph may have thousands of nodes of one key.
  const next = new Map<Group, number>();
  for (const { index, group } of left) {
    let position = next.get(group) ?? 0;
    while (position < group.all.length && matches.toBase.has(group.all[position] ?? -1)) position += 1;
    const candidate = group.all[position];
    next.set(group, position + 1);
    if (candidate !== undefined) matches.add(index, candidate);
  }
}

/** In the order of computation, so that a chain behind a change is paired link by link. */
function pairAnchored(matches: NodeMatches, base: GraphOutline, target: GraphOutline): void {
  const byName = new Map<string, number>();
  for (const [index, node] of target.nodes.entries())
    if (!matches.toBase.has(index)) byName.set(named(node, true), index);
  for (const [index, node] of base.nodes.entries()) {
    if (matches.toTarget.has(index)) continue;
    const key = named(node, true);
    const candidate = key === '' ? undefined : byName.get(key);
    const other = candidate === undefined ? undefined : target.nodes[candidate];
    if (candidate === undefined || !other || matches.toBase.has(candidate)) continue;
    if (operation(node) !== operation(other)) continue;
    const anchored = node.inputs.some((value, input) => isPaired(matches, value, other.inputs[input]));
    if (anchored) matches.add(index, candidate);
  }
}

function isPaired(matches: NodeMatches, one: Value, other: Value | undefined): boolean {
  if (one.kind === 'node' && other?.kind === 'node')
    return matches.toTarget.get(one.node) === other.node && one.output === other.output;
  if (one.kind === 'tensor' && other?.kind === 'tensor') return one.name === other.name;
  return false;
}

function pairInOrder(matches: NodeMatches, base: GraphOutline, target: GraphOutline): void {
  const left = (nodes: readonly OutlineNode[], taken: ReadonlyMap<number, number>) =>
    [...nodes.entries()]
      .filter(([index]) => !taken.has(index))
      .map(([index, node]) => ({ index, key: `${node.scopeKind} ${operation(node)}` }));
  const before = left(base.nodes, matches.toTarget);
  const after = left(target.nodes, matches.toBase);
  const aligned = alignSequences(
    before.map(({ key }) => key),
    after.map(({ key }) => key),
  );
  for (const [one, other] of aligned) {
    const [here, there] = [before[one], after[other]];
    if (here && there) matches.add(here.index, there.index);
  }
}

/** Scope and name, with the operator or without; '' where neither the node nor its output has a name. */
function named(node: OutlineNode | undefined, withOperator: boolean): string {
  const name = node && (node.name !== '' ? node.name : node.outputs[0]);
  return node && name ? JSON.stringify([node.scope, name, withOperator ? node.operator : '']) : '';
}
