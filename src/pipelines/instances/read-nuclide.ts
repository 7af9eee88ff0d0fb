import { RowError } from '../prediction.js';
import { describeValue, isObject, meantNumber, quoteGiven } from './describe-value.js';
import { elementSymbol, protonNumber } from './chemical-elements.js';
import { objectWith } from './fields.js';
import { MAXIMUM_Z, neutronRange } from './nuclear-landscape.js';

const EXPECTED = 'a nuclide such as {"z": 26, "n": 30}, {"symbol": "Fe", "a": 56} or "Fe-56"';

export interface Nuclide {
  readonly z: number;
  readonly n: number;
}

/** @throws RowError for what is no nuclide, or none that can exist */
export function readNuclide(instance: unknown): Nuclide {
  return existing(nuclideOf(instance));
}

function nuclideOf(instance: unknown): Nuclide {
  if (typeof instance === 'string') return namedNuclide(instance);
  if (!isObject(instance))
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED}, got ${describeValue(instance)}`);
  if ('symbol' in instance) {
    const { symbol, a } = objectWith(instance, ['symbol', 'a'], EXPECTED);
    if (typeof symbol !== 'string')
      throw new RowError(
        'INVALID_INSTANCE',
        `symbol must be an element's symbol such as "Fe", got ${describeValue(symbol)}`,
      );
    return ofElement(symbol, whole('a', 'the mass number A = Z + N', a));
  }
  const { z, n } = objectWith(instance, ['z', 'n'], EXPECTED);
  return { z: whole('z', 'the number of protons', z), n: whole('n', 'the number of neutrons', n) };
}

function namedNuclide(text: string): Nuclide {
  const match = /^[ \t\r\n]*(?:([A-Za-z]{1,2})-?(\d{1,3})|(\d{1,3})-?([A-Za-z]{1,2}))[ \t\r\n]*$/.exec(text);
  const symbol = match?.[1] ?? match?.[4];
  const a = match?.[2] ?? match?.[3];
  if (symbol === undefined || a === undefined)
    throw new RowError(
      'INVALID_INSTANCE',
      `${quoteGiven(text)} is not the name of a nuclide; expected ${EXPECTED}`,
    );
  return ofElement(symbol, Number(a));
}

function ofElement(symbol: string, a: number): Nuclide {
  const z = protonNumber(symbol);
  if (z === undefined)
    throw new RowError(
      'INVALID_NUCLIDE',
      `${quoteGiven(symbol)} is not the symbol of an element; expected one such as "Fe"`,
    );
  return { z, n: a - z };
}

function whole(name: string, meaning: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new RowError(
      value === undefined || typeof value !== 'number' ? 'INVALID_INSTANCE' : 'INVALID_NUCLIDE',
      `${name} is ${meaning} and must be a whole number, got ${describeValue(value)}${meantNumber(value)}; expected ${EXPECTED}`,
    );
  return value;
}

/** Refuses what can not exist, saying what would. */
function existing({ z, n }: Nuclide): Nuclide {
  if (z < 1 || z > MAXIMUM_Z)
    throw new RowError('INVALID_NUCLIDE', `No nuclide has Z = ${z} protons: expected 1 to ${MAXIMUM_Z}`);
  if (n < 0)
    throw new RowError(
      'INVALID_NUCLIDE',
      `No nuclide has N = ${n} neutrons: expected 0 or more, and A not below Z = ${z}`,
    );
  const { min, max } = neutronRange(z);
  if (n < min || n > max)
    throw new RowError(
      'INVALID_NUCLIDE',
      `The nuclide Z = ${z}, N = ${n} can not exist: ${elementSymbol(z)} holds together only with about ${min} to ${max} neutrons, ${n < min ? 'fewer let its protons' : 'more let its neutrons'} drip out at once`,
    );
  return { z, n };
}
