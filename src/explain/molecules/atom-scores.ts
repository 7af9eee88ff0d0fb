import type { Attribution } from '../explanation.js';

/** Attributions by atom: what is about several atoms is shared evenly among them. Null where none is about an atom. */
export function atomScores(
  attributions: readonly Pick<Attribution, 'attribution' | 'atoms'>[],
): ReadonlyMap<number, number> | null {
  const scores = new Map<number, number>();
  for (const { attribution, atoms } of attributions) {
    if (atoms === null || atoms.length === 0) continue;
    for (const atom of atoms) scores.set(atom, (scores.get(atom) ?? 0) + attribution / atoms.length);
  }
  return scores.size === 0 ? null : scores;
}
