import type { Dimensions } from './unit.js';

/** A unit by its factor to SI base units. */
interface OwnUnit {
  readonly factor: number;
  readonly dimensions: Dimensions;
  /** Of an absolute temperature: kelvins at its zero. */
  readonly offset?: number;
  /** SI prefixes that it is written with. */
  readonly prefixes?: string;
}

const ENERGY: Dimensions = { meter: 2, kilogram: 1, second: -2 };
const TEMPERATURE: Dimensions = { kelvin: 1 };
const ATOMIC_MASS = { factor: 1.66053906892e-27, dimensions: { kilogram: 1 }, prefixes: 'kM' };
const HARTREE = { factor: 4.359744722206e-18, dimensions: ENERGY, prefixes: 'mu' };
const BARN = { factor: 1e-28, dimensions: { meter: 2 }, prefixes: 'kmunpf' };
const CELSIUS = { factor: 1, dimensions: TEMPERATURE, offset: 273.15 };
const FAHRENHEIT = { factor: 5 / 9, dimensions: TEMPERATURE, offset: 459.67 * (5 / 9) };
const ANGSTROM = { factor: 1e-10, dimensions: { meter: 1 } };
const NONE = { factor: 1, dimensions: {} };

/**
 * Units that js-quantities lacks, or has by constants of CODATA 2010: here they are those of CODATA 2022
 * (https://physics.nist.gov/cuu/Constants/).
 */
export const OWN_UNITS: Readonly<Record<string, OwnUnit>> = {
  '1': NONE,
  dimensionless: NONE,
  u: ATOMIC_MASS,
  Da: ATOMIC_MASS,
  amu: ATOMIC_MASS,
  dalton: ATOMIC_MASS,
  hartree: HARTREE,
  Eh: HARTREE,
  Ha: HARTREE,
  Ry: { factor: 2.179872361103e-18, dimensions: ENERGY, prefixes: 'mu' },
  bohr: { factor: 5.29177210544e-11, dimensions: { meter: 1 } },
  barn: BARN,
  b: BARN,
  // 1e-18 statC cm.
  D: { factor: 1e-21 / 299_792_458, dimensions: { ampere: 1, second: 1, meter: 1 } },
  debye: { factor: 1e-21 / 299_792_458, dimensions: { ampere: 1, second: 1, meter: 1 } },
  e: { factor: 1.602176634e-19, dimensions: { ampere: 1, second: 1 } },
  K: { factor: 1, dimensions: TEMPERATURE, offset: 0, prefixes: 'mun' },
  kelvin: { factor: 1, dimensions: TEMPERATURE, offset: 0 },
  degC: CELSIUS,
  '°C': CELSIUS,
  celsius: CELSIUS,
  degF: FAHRENHEIT,
  '°F': FAHRENHEIT,
  fahrenheit: FAHRENHEIT,
  Å: ANGSTROM,
  Angstrom: ANGSTROM,
  '°': { factor: Math.PI / 180, dimensions: { radian: 1 } },
  Ω: { factor: 1, dimensions: { meter: 2, kilogram: 1, second: -3, ampere: -2 }, prefixes: 'mkMG' },
  '‰': { factor: 1e-3, dimensions: {} },
};

const PREFIXES: Readonly<Record<string, number>> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** Prefixed or not; undefined for a unit that is not in the table. */
export function ownUnit(symbol: string): OwnUnit | undefined {
  if (Object.hasOwn(OWN_UNITS, symbol)) return OWN_UNITS[symbol];
  const [prefix, rest] = [symbol.slice(0, 1).replace('μ', 'u'), symbol.slice(1)];
  const unit = Object.hasOwn(OWN_UNITS, rest) ? OWN_UNITS[rest] : undefined;
  const factor = PREFIXES[prefix];
  if (unit?.prefixes?.includes(prefix) !== true || factor === undefined) return undefined;
  return {
    factor: unit.factor * factor,
    dimensions: unit.dimensions,
    ...(unit.offset === 0 && { offset: 0 }),
  };
}
