import type { DrawnTautomer } from './drawn-tautomer.js';

const [CARBON, HYDROGEN] = [6, 1];
/** Elements that lend a ring the two electrons of a lone pair: N, O, P, S, As, Se, Te. */
const LENDERS = new Set([7, 8, 15, 16, 33, 34, 52]);
/** As long as a ring can be and still count; RDKit has no limit, but none matters here. */
const LONGEST_RING = 8;

/**
 * Places of the rings that are aromatic by themselves, or together with one that is and shares a bond with them: 4n + 2 electrons,
 * counted as RDKit does. A double bond gives each of its ends one, a lone pair two, a carbon doubly bonded to an element outside
 * the rings none.
 */
export function aromaticRings(drawn: DrawnTautomer): number[] {
  const { rings } = drawn.structure;
  const inRings = new Set(rings.flatMap((ring) => ringBonds(drawn, ring)));
  const counts = rings.map((ring) => {
    if (ring.length > LONGEST_RING) return null;
    const each = ring.map((atom) => electrons(drawn, atom, inRings));
    return each.includes(null) ? null : new Map(ring.map((atom, place) => [atom, each[place] ?? 0]));
  });
  const alone = counts.map((count) => count !== null && isHuckel(count));
  return rings.flatMap((_, ring) => {
    const count = counts[ring] ?? null;
    if (count === null) return [];
    if (alone[ring] === true) return [ring];
    const isFused = counts.some((other, place) => {
      if (other === null || alone[place] !== true) return false;
      const shared = [...count.keys()].filter((atom) => other.has(atom));
      return shared.length === 2 && isHuckel(new Map([...count, ...other]));
    });
    return isFused ? [ring] : [];
  });
}

function isHuckel(counts: ReadonlyMap<number, number>): boolean {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return total >= 2 && (total - 2) % 4 === 0;
}

/** null for an atom that no aromatic ring has. */
function electrons(drawn: DrawnTautomer, atom: number, inRings: ReadonlySet<number>): number | null {
  const neighbours = drawn.neighbours(atom);
  const multiple = neighbours.filter(({ order }) => order > 1);
  const [only] = multiple;
  if (multiple.length > 1 || only?.order === 3) return null;
  if (only !== undefined) {
    if (inRings.has(only.bond)) return 1;
    const partner = drawn.element(only.atom);
    return drawn.element(atom) === CARBON && partner !== CARBON && partner !== HYDROGEN ? 0 : null;
  }
  const charge = drawn.charge(atom);
  if (drawn.element(atom) === CARBON) return charge === 0 ? null : 1 - charge;
  const ligands = neighbours.length + drawn.hydrogens(atom);
  return LENDERS.has(drawn.element(atom)) && charge <= 0 && ligands <= 3 ? 2 : null;
}

function ringBonds(drawn: DrawnTautomer, ring: readonly number[]): number[] {
  const members = new Set(ring);
  return ring.flatMap((atom) =>
    drawn.neighbours(atom).flatMap(({ atom: other, bond }) => (members.has(other) ? [bond] : [])),
  );
}
