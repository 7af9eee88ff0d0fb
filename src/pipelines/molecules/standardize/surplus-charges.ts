import type { RdkitJson } from '../rdkit-json.js';

/**
 * Negative atoms that a hydrogen makes neutral though they are bonded to a positive one: the group has more negative charges than
 * positive ones, as the nitrate ion O=[N+]([O-])[O-] has and a nitro group has not. Which of several does not matter: they are
 * alike. Perchlorate, which RDKit writes as [O-][Cl+3]([O-])([O-])[O-], becomes perchloric acid so, as acetate does acetic acid.
 */
export function surplusCharges(json: RdkitJson): number[] {
  const [{ atoms, bonds = [] }] = json.molecules;
  const chargeOf = (atom: number) => atoms[atom]?.chg ?? 0;
  const taken = new Set<number>();
  for (const [centre] of atoms.entries()) {
    if (chargeOf(centre) <= 0) continue;
    const around = bonds.flatMap(({ atoms: [from, to] }) =>
      from === centre ? [to] : to === centre ? [from] : [],
    );
    const negative = around.filter((atom) => chargeOf(atom) === -1);
    for (const atom of negative.slice(0, Math.max(0, negative.length - chargeOf(centre)))) taken.add(atom);
  }
  return [...taken];
}
