import { aromaticRings } from './aromatic-rings.js';
import type { DrawnTautomer } from './drawn-tautomer.js';

const [HYDROGEN, CARBON, NITROGEN, OXYGEN] = [1, 6, 7, 8];
/** Hydrogens at these count against a tautomer: P, S, Se, Te. */
const UNWILLING = new Set([15, 16, 34, 52]);
/** Of the rates below, all of which are whole: it only tells equals apart. */
const CONJUGATION = 0.001;

/**
 * How much a tautomer looks as it is usually drawn: aromatic rings first, then carbonyl groups and what is like them. The rules
 * and their weights are MolVS's (M. Swain, https://molvs.readthedocs.io) as RDKit's TautomerEnumerator has them, after
 * M. Sitzmann, W.-D. Ihlenfeldt and M. C. Nicklaus, J. Comput. Aided Mol. Des. 24, 521 (2010). Not theirs: S=O counts
 * as P=O does, since to openchemlib a sulfoxide has tautomers; hydroxyfurans and their like are not preferred; and of equals the
 * more conjugated one comes first.
 */
export function rateTautomer(drawn: DrawnTautomer): number {
  const { atoms, bonds, rings } = drawn.structure;
  const aromatic = aromaticRings(drawn).map((place) => rings[place] ?? []);
  const inside = new Set(aromatic.flat());
  let rate = 0;
  for (const ring of aromatic) rate += rateRing(drawn, ring);
  for (const ring of rings) if (isQuinone(drawn, ring)) rate += 25;
  for (const atom of atoms.keys()) rate += rateAtom(drawn, atom, inside);
  for (const [bond, { ends }] of bonds.entries())
    if (drawn.placement.orders[bond] === 1 && ends.every((end) => drawn.isUnsaturated(end)))
      rate += CONJUGATION;
  return rate;
}

function rateRing(drawn: DrawnTautomer, ring: readonly number[]): number {
  if (ring.every((atom) => drawn.element(atom) === CARBON)) return 250;
  return ring.length === 5 && hasHydroxylBesideLender(drawn, ring) ? 0 : 100;
}

/** Butenolides, oxindoles and thiazolones are drawn as ketones, not as hydroxyl compounds of furan, indole and thiazole. */
function hasHydroxylBesideLender(drawn: DrawnTautomer, ring: readonly number[]): boolean {
  const members = new Set(ring);
  return ring.some(
    (atom) =>
      drawn.element(atom) !== CARBON &&
      !drawn.isUnsaturated(atom) &&
      drawn.neighbours(atom).some(({ atom: beside }) => members.has(beside) && hasHydroxyl(drawn, beside)),
  );
}

function hasHydroxyl(drawn: DrawnTautomer, atom: number): boolean {
  return drawn
    .neighbours(atom)
    .some(
      ({ atom: other, order }) =>
        order === 1 && drawn.element(other) === OXYGEN && drawn.hydrogens(other) === 1,
    );
}

function rateAtom(drawn: DrawnTautomer, atom: number, aromatic: ReadonlySet<number>): number {
  const element = drawn.element(atom);
  const oxygens = drawn
    .neighbours(atom)
    .filter(({ atom: other, order }) => order === 2 && drawn.element(other) === OXYGEN).length;
  switch (element) {
    case CARBON:
      return rateCarbon(drawn, atom, aromatic);
    case NITROGEN:
      return 2 * oxygens - (isAciNitro(drawn, atom) ? 4 : 0);
    default:
      return UNWILLING.has(element) ? 2 * oxygens - drawn.hydrogens(atom) : 0;
  }
}

function rateCarbon(drawn: DrawnTautomer, atom: number, aromatic: ReadonlySet<number>): number {
  const double = drawn.doublyBonded(atom);
  if (double === undefined) return drawn.hydrogens(atom) === 3 ? 1 : 0;
  const partner = drawn.element(double.atom);
  if (partner === CARBON || partner === HYDROGEN) return 0;
  const carbonyl = partner === OXYGEN ? 2 : 0;
  if (aromatic.has(atom)) return carbonyl - (partner === NITROGEN && !aromatic.has(double.atom) ? 1 : 0);
  const singles = drawn
    .neighbours(atom)
    .filter(({ atom: other, order }) => order === 1 && drawn.element(other) !== CARBON);
  const oxime = partner === NITROGEN && hasHydroxyl(drawn, double.atom);
  // R2N–C(=NR)–NH–: the double bond belongs at the nitrogen that has no hydrogen.
  const nitrogens = singles.filter(({ atom: other }) => drawn.element(other) === NITROGEN);
  const isBare = nitrogens.length > 1 && nitrogens.some(({ atom: other }) => drawn.hydrogens(other) === 0);
  const guanidine = partner === NITROGEN && isBare;
  return carbonyl + 1 + 2 * singles.length + (oxime ? 4 : 0) + (guanidine ? 1 : 0);
}

/** C=N(+)(O−)–OH, the rare form of a nitro group. */
function isAciNitro(drawn: DrawnTautomer, atom: number): boolean {
  const double = drawn.doublyBonded(atom);
  return (
    drawn.charge(atom) === 1 &&
    double !== undefined &&
    drawn.element(double.atom) === CARBON &&
    hasHydroxyl(drawn, atom)
  );
}

/** Two atoms across a ring of six, doubly bonded to another element outside it, and two double bonds between the other four. */
function isQuinone(drawn: DrawnTautomer, ring: readonly number[]): boolean {
  if (ring.length !== 6 || ring.some((atom) => drawn.element(atom) !== CARBON)) return false;
  const members = new Set(ring);
  const isOutward = ring.map((atom) => {
    const double = drawn.doublyBonded(atom);
    return double !== undefined && !members.has(double.atom) && drawn.element(double.atom) !== CARBON;
  });
  const isInward = ring.map((atom) => members.has(drawn.doublyBonded(atom)?.atom ?? -1));
  return [0, 1, 2].some((place) =>
    ring.every((_, at) => (at % 3 === place ? isOutward[at] === true : isInward[at] === true)),
  );
}
