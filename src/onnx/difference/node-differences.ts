import { BoundedList, otherName, shortened, type GraphChange, type Totals } from './bounded-list.js';
import type { GraphOutline, OutlineNode, Value } from './graph-outline.js';
import type { NodeMatches } from './match-nodes.js';
import type { TensorMatches } from './match-tensors.js';
import { formatTensor } from './stored-tensor.js';

export interface NodeDifference {
  readonly change: GraphChange;
  /** The node's name, or that of its first output; with the way to it inside subgraphs and functions. */
  readonly name: string;
  /** Its name in the target, where that is another. */
  readonly targetName: string | null;
  /** In the base; in the target when only that has it. */
  readonly operator: string;
  /** What changed, each in words; empty for what was added or removed. */
  readonly details: readonly string[];
}

export interface NodeDifferences {
  readonly totals: Totals;
  readonly differences: readonly NodeDifference[];
}

const MAX_DETAILS = 12;

export function nodeDifferences(
  base: GraphOutline,
  target: GraphOutline,
  matches: NodeMatches,
  tensors: TensorMatches,
): NodeDifferences {
  const list = new BoundedList<NodeDifference>();
  let unchanged = 0;
  for (const [index, node] of base.nodes.entries()) {
    const place = matches.toTarget.get(index);
    const partner = place === undefined ? undefined : target.nodes[place];
    if (!partner) {
      list.add({
        change: 'REMOVED',
        name: label(node),
        targetName: null,
        operator: node.operator,
        details: [],
      });
      continue;
    }
    const details = nodeDetails(node, partner, { base, target, matches, tensors });
    if (details.length === 0) unchanged += 1;
    else
      list.add({
        change: 'CHANGED',
        name: label(node),
        targetName: otherName(label(node), label(partner)),
        operator: node.operator,
        details: bounded(details),
      });
  }
  for (const [index, node] of target.nodes.entries())
    if (!matches.toBase.has(index))
      list.add({
        change: 'ADDED',
        name: label(node),
        targetName: null,
        operator: node.operator,
        details: [],
      });
  return {
    totals: { base: base.nodes.length, target: target.nodes.length, unchanged, ...list.totals() },
    differences: list.items(),
  };
}

interface Pairing {
  readonly base: GraphOutline;
  readonly target: GraphOutline;
  readonly matches: NodeMatches;
  readonly tensors: TensorMatches;
}

function nodeDetails(node: OutlineNode, partner: OutlineNode, pairing: Pairing): string[] {
  const details: string[] = [];
  if (node.operator !== partner.operator) details.push(`operator: ${node.operator} → ${partner.operator}`);
  for (const name of new Set([...node.attributes.keys(), ...partner.attributes.keys()])) {
    const [before, after] = [node.attributes.get(name), partner.attributes.get(name)];
    if (before !== after) details.push(`attribute ${name}: ${before ?? 'none'} → ${after ?? 'none'}`);
  }
  const inputs = Math.max(node.inputs.length, partner.inputs.length);
  for (let place = 0; place < inputs; place += 1) {
    const [before = NONE, after = NONE] = [node.inputs[place], partner.inputs[place]];
    if (!sameValue(before, after, pairing))
      details.push(`input ${place}: ${describe(before, pairing.base)} → ${describe(after, pairing.target)}`);
  }
  if (node.outputs.length !== partner.outputs.length)
    details.push(`outputs: ${node.outputs.length} → ${partner.outputs.length}`);
  return details;
}

const NONE: Value = { kind: 'none' };

function sameValue(before: Value, after: Value, { matches, tensors }: Pairing): boolean {
  if (before.kind === 'node' && after.kind === 'node')
    return matches.toTarget.get(before.node) === after.node && before.output === after.output;
  if (before.kind === 'tensor' && after.kind === 'tensor') return tensors.get(before.tensor) === after.tensor;
  if (before.kind === 'input' && after.kind === 'input')
    return before.scopeKind === '' || after.scopeKind === ''
      ? before.scopeKind === after.scopeKind && before.name === after.name
      : before.index === after.index;
  if (before.kind === 'unknown' && after.kind === 'unknown') return before.name === after.name;
  return before.kind === 'none' && after.kind === 'none';
}

function describe(value: Value, { nodes, tensors }: GraphOutline): string {
  switch (value.kind) {
    case 'none':
      return 'nothing';
    case 'input':
      return `input "${value.name}"`;
    case 'tensor': {
      const tensor = tensors[value.tensor];
      return `"${value.name}"${tensor ? ` ${formatTensor(tensor)}` : ''}`;
    }
    case 'node':
      return `"${value.name}" of ${nodes[value.node]?.operator ?? 'a node'}`;
    case 'unknown':
      return `"${value.name}"`;
  }
}

function label({ scope, name, outputs }: OutlineNode): string {
  return shortened(scope + (name !== '' ? name : (outputs[0] ?? '')));
}

function bounded(details: readonly string[]): string[] {
  const shown = details.slice(0, MAX_DETAILS).map(shortened);
  return details.length > MAX_DETAILS ? [...shown, `and ${details.length - MAX_DETAILS} more`] : shown;
}
