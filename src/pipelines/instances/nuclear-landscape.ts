/** Surveys of the nuclear landscape end here: Erler et al., Nature 486, 509 (2012). 118 elements are known. */
export const MAXIMUM_Z = 120;

/**
 * Which neutron numbers a nucleus of `z` protons may have: those for which the last two neutrons and the last two
 * protons are bound in the liquid drop, or unbound by no more than a margin. The margin is wide on purpose: the
 * formula errs most for light nuclei, and unbound resonances (hydrogen-7, beryllium-5, nickel-48) have been measured.
 * It lets every nuclide of AME2020 pass, and refuses what no experiment or theory places inside the drip lines.
 */
export function neutronRange(z: number): NeutronRange {
  const known = ranges[z];
  if (known) return known;
  const range = searchedRange(z);
  if (z <= MAXIMUM_Z) ranges[z] = range;
  return range;
}

interface NeutronRange {
  readonly min: number;
  readonly max: number;
}

/** By proton number: the search takes some hundred evaluations of the mass formula. */
const ranges: NeutronRange[] = [];

function searchedRange(z: number): NeutronRange {
  let min = 0;
  while (!holds(z, min)) min++;
  let max = min;
  while (holds(z, max + 1)) max++;
  return { min, max };
}

/**
 * Protons above (or below, negative) the valley of beta stability at the same mass number, which the liquid drop puts
 * at Z = A / (1.98 + 0.0155 A^⅔) (K. S. Krane, Introductory Nuclear Physics, section 3.3).
 */
export function stabilityDistance(z: number, n: number): number {
  const a = z + n;
  return z - a / (1.98 + 0.0155 * a ** (2 / 3));
}

function holds(z: number, n: number): boolean {
  const margin = 3 + 250 / (z + n);
  const neutrons = n < 2 || bindingEnergy(z, n) - bindingEnergy(z, n - 2) >= -margin;
  const protons = z < 3 || bindingEnergy(z, n) - bindingEnergy(z - 2, n) >= -margin;
  return neutrons && protons;
}

/** Semi-empirical mass formula in MeV, Rohlf's coefficients (Modern Physics from α to Z0, 1994), Coulomb Z(Z − 1). */
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
