import { combined, describeDimensions, type Dimensions, sameDimensions, type Unit } from './unit.js';
import { parseUnit } from './parse-unit.js';

const AVOGADRO = 6.02214076e23;

/** Turns numbers of one unit into another's. */
export type Convert = (value: number) => number;

/**
 * From one unit to another: as temperatures where both are, and between amounts of substance and single particles, so that
 * kcal/mol become eV.
 *
 * @returns why it cannot be, naming both dimensions, or what converts
 */
export function converter(from: string, to: string): Convert | { readonly fault: string } {
  if (same(from, to)) return (value) => value;
  const [source, target] = [parseUnit(from), parseUnit(to)];
  if (source === null)
    return {
      fault: `${JSON.stringify(from)} is no unit known here; expected one like ${JSON.stringify(to)}`,
    };
  if (target === null)
    return {
      fault: `${JSON.stringify(to)} is no unit that others can be converted to, got ${JSON.stringify(from)}`,
    };
  if (source.offset !== undefined && target.offset !== undefined) return ofTemperatures(source, target);
  if (source.isDifference && target.offset !== undefined)
    return {
      fault: `${JSON.stringify(from)} is a difference of temperatures, but ${JSON.stringify(to)} is a temperature`,
    };
  const factor = ratio(source, target);
  if (factor !== null) return (value) => value * factor;
  return {
    fault: `${JSON.stringify(from)} (${describeDimensions(source.dimensions)}) cannot be converted to ${JSON.stringify(to)} (${describeDimensions(target.dimensions)})`,
  };
}

function same(one: string, other: string): boolean {
  return one.normalize('NFKC').trim() === other.normalize('NFKC').trim();
}

function ofTemperatures(source: Unit, target: Unit): Convert {
  const [zero, kelvins] = [source.offset ?? 0, target.offset ?? 0];
  return (value) => (value * source.factor + (zero - kelvins)) / target.factor;
}

function ratio(source: Unit, target: Unit): number | null {
  const quotient = source.factor / target.factor;
  if (sameDimensions(source.dimensions, target.dimensions)) return quotient;
  for (const power of [1, -1])
    if (isPerParticle(source.dimensions, target.dimensions, power)) return quotient * AVOGADRO ** power;
  return null;
}

/** Whether the one is what the other is for a mole, or the other way round. A mole itself is not turned into a number. */
function isPerParticle(source: Dimensions, target: Dimensions, power: number): boolean {
  const others = Object.keys(source).filter((base) => base !== 'mole');
  if (others.length === 0) return false;
  const onlyOne = (source.mole ?? 0) === 0 || (target.mole ?? 0) === 0;
  return onlyOne && sameDimensions(combined(source, { mole: 1 }, -power), target);
}
