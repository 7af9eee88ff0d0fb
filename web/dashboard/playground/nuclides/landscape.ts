/**
 * The nuclear landscape as the server bounds it, so that the chart offers what it accepts; a test holds both equal. The
 * bounds are where the semi-empirical mass formula (Rohlf's coefficients) has the last nucleons unbound by a wide margin.
 */
export const LARGEST_Z = 120;

export interface Neutrons {
  readonly min: number;
  readonly max: number;
}

/** Neutron numbers that a nucleus may have, by its number of protons from 1 on. */
export const NEUTRONS: readonly Neutrons[] = Array.from({ length: LARGEST_Z }, (_, index) =>
  neutronsOf(index + 1),
);

export const LARGEST_N = Math.max(...NEUTRONS.map(({ max }) => max));

export const MAGIC_NUMBERS = [2, 8, 20, 28, 50, 82, 126] as const;

const SYMBOLS = (
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
  'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg ' +
  'Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

/** "Fe-56"; "Z119-300" for an element without a name. */
export function nuclideName(z: number, n: number): string {
  return `${SYMBOLS[z - 1] ?? `Z${z}`}-${z + n}`;
}

/** 26 for "Fe"; NaN for what is no element. */
export function protonsOf(symbol: string): number {
  const index = SYMBOLS.findIndex((known) => known.toLowerCase() === symbol.toLowerCase());
  return index < 0 ? Number.NaN : index + 1;
}

export function isPossible(z: number, n: number): boolean {
  const range = NEUTRONS[z - 1];
  return range !== undefined && n >= range.min && n <= range.max;
}

/** What domain ranges of nuclides bound. */
export function quantitiesOf(z: number, n: number): Readonly<Record<string, number>> {
  const a = z + n;
  return { z, n, a, asymmetry: (n - z) / a, stabilityDistance: z - valley(a) };
}

/** Protons of the most stable nucleus of mass number `a` (Krane, Introductory Nuclear Physics, section 3.3). */
export function valley(a: number): number {
  return a / (1.98 + 0.0155 * a ** (2 / 3));
}

function neutronsOf(z: number): Neutrons {
  let min = 0;
  while (!holds(z, min)) min++;
  let max = min;
  while (holds(z, max + 1)) max++;
  return { min, max };
}

function holds(z: number, n: number): boolean {
  const margin = 3 + 250 / (z + n);
  const neutrons = n < 2 || bindingEnergy(z, n) - bindingEnergy(z, n - 2) >= -margin;
  const protons = z < 3 || bindingEnergy(z, n) - bindingEnergy(z - 2, n) >= -margin;
  return neutrons && protons;
}

/** MeV. */
function bindingEnergy(z: number, n: number): number {
  const a = z + n;
  const pairing = z % 2 !== n % 2 ? 0 : (z % 2 === 0 ? 11.18 : -11.18) / Math.sqrt(a);
  return (
    15.75 * a -
    17.8 * a ** (2 / 3) -
    (0.711 * z * (z - 1)) / Math.cbrt(a) -
    (23.7 * (n - z) ** 2) / a +
    pairing
  );
}
