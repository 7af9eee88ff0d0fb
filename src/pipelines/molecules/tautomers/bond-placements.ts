import { NoTautomer } from './no-tautomer.js';
import { otherEnd, type Structure } from './structure.js';

/** One tautomer of a structure: what is not named is as it was. */
export interface Placement {
  /** Of every bond. */
  readonly orders: readonly number[];
  /** Of every atom. */
  readonly hydrogens: readonly number[];
}

const CARBON = 6;
/** Carbon and hydrogen, which no carbon is oxidised by. */
const PLAIN = new Set([1, CARBON]);
/** Steps of the search: beyond it a molecule would keep others waiting. Dyes and polyphenols take some thousands. */
const MAXIMUM_STEPS = 300_000;

/**
 * All ways to lay as many double bonds over the moving bonds as there are, no atom with two of them. An atom that loses a double
 * bond takes up a hydrogen, one that gets one gives it away, so charges and the formula stay. A carbon with two other elements
 * keeps a double bond, or none: an ester is no tautomer of an acetal, though hydrogens alone would make it one.
 *
 * @throws NoTautomer
 */
export function eachPlacement(
  structure: Structure,
  moving: readonly number[],
  take: (placement: Placement) => void,
): void {
  const { atoms, bonds } = structure;
  // A nitrile is another tautomer's ketenimine, but never the worse of the two.
  const free = moving.filter((bond) => (bonds[bond]?.order ?? 1) < 3);
  const isMoving = new Set(free);
  const movingBonds = new Map<number, number[]>();
  for (const bond of free)
    for (const end of bonds[bond]?.ends ?? []) movingBonds.set(end, [...(movingBonds.get(end) ?? []), bond]);
  const doubles = new Map<number, number>();
  for (const bond of free) {
    const { order = 1, ends = [] } = bonds[bond] ?? {};
    if (order === 2) for (const end of ends) doubles.set(end, (doubles.get(end) ?? 0) + 1);
  }
  const isAcyl = (atom: number) =>
    atoms[atom]?.z === CARBON &&
    atoms[atom].bonds.filter((bond) => {
      const edge = bonds[bond];
      return edge !== undefined && !PLAIN.has(atoms[otherEnd(edge, atom)]?.z ?? CARBON);
    }).length > 1;
  // Atoms that may have a double bond: they have one, or a hydrogen to give for it, and no other multiple bond.
  const able = [...movingBonds.keys()]
    .filter((atom) => {
      const { hydrogens = 0, bonds: all = [] } = atoms[atom] ?? {};
      const isFixed = all.some((bond) => !isMoving.has(bond) && (bonds[bond]?.order ?? 1) > 1);
      const own = doubles.get(atom) ?? 0;
      if (own > 1 || (isFixed && own > 0)) throw new NoTautomer('TAUTOMER_DOUBT');
      return !isFixed && own + hydrogens > 0 && (own > 0 || !isAcyl(atom));
    })
    .sort((a, b) => a - b);
  const isAble = new Set(able);
  const pairs = [...doubles.values()].reduce((sum, own) => sum + own, 0) / 2;
  const base = bonds.map(({ order }, bond) => (isMoving.has(bond) ? 1 : order));
  // What each atom has when no double bond is laid at it.
  const full = atoms.map(({ hydrogens }, atom) => hydrogens + (doubles.get(atom) ?? 0));
  const [orders, hydrogens] = [[...base], [...full]];
  const isTaken = new Set<number>();
  let steps = 0;

  // `spare` atoms are still to stay without a double bond.
  const lay = (at: number, spare: number): void => {
    if (++steps > MAXIMUM_STEPS) throw new NoTautomer('TAUTOMER_COUNT');
    while (at < able.length && isTaken.has(able[at] ?? -1)) at++;
    const atom = able[at];
    if (atom === undefined) {
      if (spare === 0) take({ orders: [...orders], hydrogens: [...hydrogens] });
      return;
    }
    for (const bond of movingBonds.get(atom) ?? []) {
      const edge = bonds[bond];
      const other = edge === undefined ? -1 : otherEnd(edge, atom);
      if (!isAble.has(other) || isTaken.has(other) || other < atom) continue;
      isTaken.add(other);
      orders[bond] = 2;
      for (const end of [atom, other]) hydrogens[end] = (full[end] ?? 0) - 1;
      lay(at + 1, spare);
      for (const end of [atom, other]) hydrogens[end] = full[end] ?? 0;
      orders[bond] = 1;
      isTaken.delete(other);
    }
    if (spare > 0 && !isAcyl(atom)) lay(at + 1, spare - 1);
  };
  lay(0, able.length - 2 * pairs);
}
