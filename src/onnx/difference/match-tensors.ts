import type { GraphOutline, Value } from './graph-outline.js';
import type { NodeMatches } from './match-nodes.js';
import { congruent, formatTensor, type StoredTensor } from './stored-tensor.js';

/** For each stored tensor of the base that has one, its partner in the target. */
export type TensorMatches = ReadonlyMap<number, number>;

/**
 * Pairs the stored tensors of two graphs. Exporters number tensors too, so a name counts only when no match contradicts
 * it. In this order, each on what is left:
 *
 * 1. the same name, type and shape, unless paired nodes use different tensors at that place;
 * 2. what paired nodes use at the same place, of one type and shape;
 * 3. the same name: its type or shape changed;
 * 4. the same content, by `digest`.
 */
export function matchTensors(
  base: GraphOutline,
  target: GraphOutline,
  nodes: NodeMatches,
  digest: {
    readonly base: (tensor: StoredTensor) => string;
    readonly target: (tensor: StoredTensor) => string;
  },
): TensorMatches {
  const partners = new Map<number, number>();
  const taken = new Set<number>();
  const pair = (one: number, other: number) => {
    partners.set(one, other);
    taken.add(other);
  };
  const used = usedTogether(base, target, nodes);
  const byName = new Map(target.tensors.map((tensor, index) => [key(tensor), index]));

  for (const [index, tensor] of base.tensors.entries()) {
    const other = byName.get(key(tensor));
    const partner = other === undefined ? undefined : target.tensors[other];
    if (other === undefined || !partner || !congruent(tensor, partner)) continue;
    const together = used.get(index);
    if (!together || together.has(other)) pair(index, other);
  }
  for (const [index, tensor] of base.tensors.entries()) {
    if (partners.has(index)) continue;
    for (const other of used.get(index) ?? []) {
      const partner = target.tensors[other];
      if (!partner || taken.has(other) || !congruent(tensor, partner)) continue;
      pair(index, other);
      break;
    }
  }
  for (const [index, tensor] of base.tensors.entries()) {
    const other = byName.get(key(tensor));
    if (!partners.has(index) && other !== undefined && !taken.has(other)) pair(index, other);
  }
  pairByContent(base, target, partners, taken, pair, digest);
  return partners;
}

/** For each tensor of the base, those that the partners of the nodes that use it use at the same place. */
function usedTogether(
  base: GraphOutline,
  target: GraphOutline,
  nodes: NodeMatches,
): Map<number, Set<number>> {
  const used = new Map<number, Set<number>>();
  const note = (one: Value | undefined, other: Value | undefined) => {
    if (one?.kind !== 'tensor' || other?.kind !== 'tensor') return;
    const known = used.get(one.tensor);
    if (known) known.add(other.tensor);
    else used.set(one.tensor, new Set([other.tensor]));
  };
  for (const [one, other] of nodes.toTarget) {
    const inputs = target.nodes[other]?.inputs ?? [];
    for (const [place, value] of (base.nodes[one]?.inputs ?? []).entries()) note(value, inputs[place]);
  }
  return used;
}

function pairByContent(
  base: GraphOutline,
  target: GraphOutline,
  partners: ReadonlyMap<number, number>,
  taken: ReadonlySet<number>,
  pair: (one: number, other: number) => void,
  digest: Parameters<typeof matchTensors>[3],
): void {
  // Hashed only where the other side has one of the same type and shape left.
  const wanted = new Set<string>();
  for (const [index, tensor] of base.tensors.entries())
    if (!partners.has(index)) wanted.add(formatTensor(tensor));
  const left = new Map<string, number[]>();
  const kinds = new Set<string>();
  for (const [index, tensor] of target.tensors.entries()) {
    if (taken.has(index) || !wanted.has(formatTensor(tensor))) continue;
    kinds.add(formatTensor(tensor));
    const content = `${formatTensor(tensor)} ${digest.target(tensor)}`;
    const group = left.get(content);
    if (group) group.push(index);
    else left.set(content, [index]);
  }
  for (const [index, tensor] of base.tensors.entries()) {
    if (partners.has(index) || !kinds.has(formatTensor(tensor))) continue;
    const found = left.get(`${formatTensor(tensor)} ${digest.base(tensor)}`)?.shift();
    if (found !== undefined) pair(index, found);
  }
}

function key({ scope, name }: StoredTensor): string {
  return JSON.stringify([scope, name]);
}
