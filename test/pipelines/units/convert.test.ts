import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { converter } from '../../../src/pipelines/index.js';

const converted = (value: number, from: string, to: string): number | string => {
  const convert = converter(from, to);
  return typeof convert === 'function' ? convert(value) : convert.fault;
};

describe('units', () => {
  // CODATA 2022: https://physics.nist.gov/cuu/Constants/
  it.each([
    [25, 'degC', 'K', 298.15],
    [25, '°C', 'K', 298.15],
    [20, 'degF', 'degC', -6.666666666666667],
    [1, 'kcal/mol', 'eV', 0.0433641042],
    [1, 'hartree', 'kcal/mol', 627.5094740631],
    [1, 'hartree', 'eV', 27.211386245981],
    [1, 'Ry', 'eV', 13.60569312299],
    [1, 'bohr', 'Å', 0.529177210544],
    [1, 'barn', 'fm^2', 100],
    [1, 'D', 'C m', 3.33564095198e-30],
    [1, 'u', 'kg', 1.66053906892e-27],
    [18, 'g/mol', 'u', 18],
    [1, 'J/(mol K)', 'cal/(mol*K)', 1 / 4.184],
    [1, 'W m^-1 K^-1', 'W/(m degC)', 1],
    [1, 'µM', 'nmol/L', 1000],
    [1, 'Å²', 'nm^2', 0.01],
    [1, 'cm-1', 'm^-1', 100],
    [1, 'g·cm⁻³', 'kg/m^3', 1000],
    [50, '%', '1', 0.5],
    [1, 'mol/L', '1/L', 6.02214076e23],
    [5, 'degC', 'ΔK', 5],
    [9, 'ΔdegF', 'ΔK', 5],
    [3, 'log10(mol/L)', 'log10(mol/L)', 3],
  ])('%d %s is in %s %d', (value, from, to, expected) => {
    const found = converted(value, from, to);
    expect(typeof found).toBe('number');
    expect(Number(found) / expected).toBeCloseTo(1, 8);
  });

  it.each([
    ['m', 'K', /"m" \(a length\) cannot be converted to "K" \(a temperature\)/],
    ['ΔK', 'K', /a difference of temperatures/],
    ['J/mol K', 'J/(mol K)', /"J\/mol K" is no unit known here/],
    ['mol', '1', /an amount of substance/],
    ['pH', '1', /no unit known/],
    ['log10(mol/L)', 'mol/L', /no unit known/],
    ['mol/L', 'log10(mol/L)', /no unit that others can be converted to/],
    ['(((', 'm', /no unit/],
    ['x'.repeat(1000), 'm', /no unit/],
    ['m^99', 'm', /no unit/],
  ])('%s is refused for %s', (from, to, message) => {
    expect(converted(1, from, to)).toEqual(expect.stringMatching(message));
  });

  it('goes there and back', () => {
    const pairs = [['degC', 'K'], ['degF', 'K'], ['kcal/mol', 'eV'], ['u', 'g/mol'], ['MeV', 'J']] as const; // prettier-ignore
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        ([one, other], value) => {
          const there = Number(converted(value, one, other));
          expect(Number(converted(there, other, one)) / value).toBeCloseTo(1, 8);
        },
      ),
    );
  });

  it('never throws, whatever is written', () => {
    fc.assert(fc.property(fc.string(), (text) => void converter(text, 'K')));
  });
});
