import type { Skeleton } from '../../pipelines/index.js';

/** The standard V2000 record has room for so many atoms and bonds. */
export const MAX_ATOMS = 999;

/**
 * The molecule without some of its atoms, as a V2000 MOL file. Bonds to what was taken out are cut, and since the file says no
 * valences, whoever reads it fills cut bonds up with hydrogen: benzene without one atom is pentadiene, ethanol without its oxygen ethane.
 * Stereochemistry is not written.
 *
 * @returns null where no atom is left
 */
export function molblockOf({ atoms, bonds }: Skeleton, keeps: (atom: number) => boolean): string | null {
  const kept = atoms.map((_, place) => place).filter(keeps);
  if (kept.length === 0) return null;
  const numbers = new Map(kept.map((place, at) => [place, at + 1]));
  const lines = bonds.flatMap(({ from, to, order }) => {
    const [first, second] = [numbers.get(from), numbers.get(to)];
    return first === undefined || second === undefined ? [] : [`${pad(first)}${pad(second)}${pad(order)}  0`];
  });
  const properties = (letters: string, of: (place: number) => number) =>
    kept.flatMap((place, at) => {
      const value = of(place);
      return value === 0 ? [] : [`M  ${letters}  1 ${pad(at + 1)} ${pad(value)}`];
    });
  return [
    '',
    '  Retort',
    '',
    `${pad(kept.length)}${pad(lines.length)}  0  0  0  0  0  0  0  0999 V2000`,
    ...kept.map(
      (place) =>
        `    0.0000    0.0000    0.0000 ${symbolOf(atoms[place]?.z ?? 6).padEnd(3)} 0  0  0  0  0  0`,
    ),
    ...lines,
    ...properties('CHG', (place) => atoms[place]?.charge ?? 0),
    ...properties('ISO', (place) => atoms[place]?.isotope ?? 0),
    ...properties('RAD', (place) => RADICALS[atoms[place]?.radicals ?? 0] ?? 0),
    'M  END',
    '',
  ].join('\n');
}

/** Unpaired electrons as the format says them: 2 is a doublet, 3 a triplet. */
const RADICALS = [0, 2, 3];

/** Atoms of the largest of the pieces that the kept atoms fall into; the first of several. */
export function largestPiece(
  { atoms, bonds }: Skeleton,
  keeps: (atom: number) => boolean,
): ReadonlySet<number> {
  const neighbours = new Map<number, number[]>();
  for (const { from, to } of bonds)
    if (keeps(from) && keeps(to)) {
      neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
      neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
    }
  let largest = new Set<number>();
  const seen = new Set<number>();
  for (const start of atoms.keys()) {
    if (!keeps(start) || seen.has(start)) continue;
    const piece = new Set([start]);
    for (const atom of piece) for (const other of neighbours.get(atom) ?? []) piece.add(other);
    for (const atom of piece) seen.add(atom);
    if (piece.size > largest.size) largest = piece;
  }
  return largest;
}

const SYMBOLS =
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'.split(
    ' ',
  );

export function symbolOf(z: number): string {
  return SYMBOLS[z - 1] ?? 'C';
}

function pad(value: number): string {
  return String(value).padStart(3);
}
