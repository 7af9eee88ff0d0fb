/** Exponents of SI base units, without those that are 0. */
export type Dimensions = Readonly<Record<string, number>>;

export interface Unit {
  /** As it was written. */
  readonly text: string;
  /** To SI base units. */
  readonly factor: number;
  readonly dimensions: Dimensions;
  /** Of an absolute temperature: kelvins at its zero. Undefined for all else, differences of temperatures included. */
  readonly offset: number | undefined;
  /** A difference of temperatures, as `ΔK` says. */
  readonly isDifference: boolean;
}

const NAMES: readonly (readonly [string, Dimensions])[] = [
  ['a length', { meter: 1 }],
  ['an area', { meter: 2 }],
  ['a volume', { meter: 3 }],
  ['a wavenumber', { meter: -1 }],
  ['a mass', { kilogram: 1 }],
  ['a time', { second: 1 }],
  ['a frequency', { second: -1 }],
  ['a temperature', { kelvin: 1 }],
  ['an amount of substance', { mole: 1 }],
  ['a current', { ampere: 1 }],
  ['a charge', { ampere: 1, second: 1 }],
  ['an angle', { radian: 1 }],
  ['an energy', { meter: 2, kilogram: 1, second: -2 }],
  ['a molar energy', { meter: 2, kilogram: 1, second: -2, mole: -1 }],
  ['a molar entropy', { meter: 2, kilogram: 1, second: -2, mole: -1, kelvin: -1 }],
  ['a power', { meter: 2, kilogram: 1, second: -3 }],
  ['a force', { meter: 1, kilogram: 1, second: -2 }],
  ['a pressure', { meter: -1, kilogram: 1, second: -2 }],
  ['a velocity', { meter: 1, second: -1 }],
  ['a density', { kilogram: 1, meter: -3 }],
  ['a concentration', { mole: 1, meter: -3 }],
  ['a molar mass', { kilogram: 1, mole: -1 }],
  ['a molar volume', { meter: 3, mole: -1 }],
  ['a voltage', { meter: 2, kilogram: 1, second: -3, ampere: -1 }],
  ['a dipole moment', { ampere: 1, second: 1, meter: 1 }],
];

const SYMBOLS: Readonly<Record<string, string>> = {
  meter: 'm',
  kilogram: 'kg',
  second: 's',
  ampere: 'A',
  kelvin: 'K',
  mole: 'mol',
  candela: 'cd',
  radian: 'rad',
};

/** "an energy", or in base units where that has no name here: "m^2 s^-1". */
export function describeDimensions(dimensions: Dimensions): string {
  const entries = Object.entries(dimensions);
  if (entries.length === 0) return 'dimensionless';
  const known = NAMES.find(([, named]) => sameDimensions(named, dimensions));
  if (known) return known[0];
  return entries
    .map(([base, exponent]) => `${SYMBOLS[base] ?? base}${exponent === 1 ? '' : `^${exponent}`}`)
    .join(' ');
}

export function sameDimensions(one: Dimensions, other: Dimensions): boolean {
  const bases = Object.keys(one);
  return bases.length === Object.keys(other).length && bases.every((base) => one[base] === other[base]);
}

/** The product of one and a power of the other. */
export function combined(one: Dimensions, other: Dimensions, power: number): Dimensions {
  const sum: Record<string, number> = { ...one };
  for (const [base, exponent] of Object.entries(other)) sum[base] = (sum[base] ?? 0) + exponent * power;
  return Object.fromEntries(Object.entries(sum).filter(([, exponent]) => exponent !== 0));
}
