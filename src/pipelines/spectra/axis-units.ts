/** Exact since 2019 (SI Brochure, 9th edition): J s, m/s, C. */
const PLANCK = 6.626_070_15e-34;
const LIGHT = 299_792_458;
const CHARGE = 1.602_176_634e-19;

/** Units of an axis of light, each by what turns it into a photon's energy in joules, and back. */
type Scale = { readonly kind: 'energy' | 'length'; readonly factor: number };

const energy = (factor: number): Scale => ({ kind: 'energy', factor });
const length = (metres: number): Scale => ({ kind: 'length', factor: (PLANCK * LIGHT) / metres });

const SCALES: Readonly<Record<string, Scale>> = {
  J: energy(1),
  eV: energy(CHARGE),
  meV: energy(CHARGE / 1e3),
  keV: energy(CHARGE * 1e3),
  Hz: energy(PLANCK),
  GHz: energy(PLANCK * 1e9),
  THz: energy(PLANCK * 1e12),
  'cm^-1': energy(PLANCK * LIGHT * 100),
  '1/cm': energy(PLANCK * LIGHT * 100),
  'm^-1': energy(PLANCK * LIGHT),
  nm: length(1e-9),
  um: length(1e-6),
  µm: length(1e-6),
  Å: length(1e-10),
  m: length(1),
};

export const LIGHT_UNITS: readonly string[] = Object.keys(SCALES);

/**
 * What turns places on an axis from one unit into another: wavelengths, wavenumbers, frequencies and photon energies are one
 * quantity. Intensities stay as they are: they are no densities here.
 *
 * @returns undefined when one of the units is of another quantity
 */
export function axisConversion(from: string, to: string): ((place: number) => number) | undefined {
  if (from === to) return (place) => place;
  const [a, b] = [from, to].map((unit) => (Object.hasOwn(SCALES, unit) ? SCALES[unit] : undefined));
  if (a === undefined || b === undefined) return undefined;
  // A wavelength is reciprocal to everything else.
  if (a.kind === b.kind) {
    const ratio = a.kind === 'energy' ? a.factor / b.factor : b.factor / a.factor;
    return (place) => place * ratio;
  }
  const product = a.kind === 'energy' ? b.factor / a.factor : a.factor / b.factor;
  return (place) => product / place;
}
