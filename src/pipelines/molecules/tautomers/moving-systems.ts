import type { Structure } from './structure.js';

/**
 * Moving bonds in groups whose tautomers are rated apart: those of two groups share no atom, have no bond between them, and
 * lie in no ring system together.
 */
export function movingSystems({ atoms, bonds, rings }: Structure, moving: readonly number[]): number[][] {
  const parent = atoms.map((_, atom) => atom);
  const root = (atom: number): number => {
    let current = atom;
    while (parent[current] !== undefined && parent[current] !== current) current = parent[current] ?? current;
    return current;
  };
  const join = (first = -1, second = first) => {
    parent[root(second)] = root(first);
  };
  const members = new Set(moving.flatMap((bond) => bonds[bond]?.ends ?? []));
  for (const { ends } of bonds) if (ends.every((end) => members.has(end))) join(...ends);
  // Through a ring even where some of its atoms do not move.
  for (const ring of rings)
    if (ring.some((atom) => members.has(atom))) for (const atom of ring) join(ring[0], atom);
  const systems = new Map<number, number[]>();
  for (const bond of moving) {
    const system = root(bonds[bond]?.ends[0] ?? -1);
    systems.set(system, [...(systems.get(system) ?? []), bond]);
  }
  return [...systems.values()];
}
