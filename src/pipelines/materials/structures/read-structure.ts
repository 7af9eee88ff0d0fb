import { elementSymbol, protonNumber } from '../../instances/chemical-elements.js';
import { describeValue, isObject, quote } from '../../instances/describe-value.js';
import { objectWith } from '../../instances/fields.js';
import { RowError } from '../../prediction.js';
import { readCif } from './read-cif.js';
import { readXyz } from './read-xyz.js';
import { isCell, NOT_PERIODIC, PERIODIC, type Structure } from './structure.js';

/** A CIF has a few hundred characters beside its atoms, but long ones carry the whole experiment. */
const MAXIMUM_TEXT = 1_000_000;

export const EXPECTED_STRUCTURE =
  'the text of an XYZ, extended XYZ or CIF file, {"xyz": "…"}, {"cif": "…"}, or {"species": ["O", "H", "H"], "positions": [[x, y, z], …]} with "cell" and "pbc" where it repeats';

/**
 * Reads a structure in any of its forms.
 *
 * @param maximum atoms, those of the whole cell
 * @throws RowError
 */
export function readStructure(given: unknown, maximum: number): Structure {
  if (typeof given === 'string') return ofText(given, isCif(given) ? 'cif' : 'xyz', maximum);
  if (!isObject(given))
    throw new RowError('INVALID_INSTANCE', `Expected ${EXPECTED_STRUCTURE}, got ${describeValue(given)}`);
  const fields = objectWith(given, ['xyz', 'cif', 'species', 'positions', 'cell', 'pbc'], EXPECTED_STRUCTURE);
  const texts = (['xyz', 'cif'] as const).filter((name) => fields[name] !== undefined);
  const [text] = texts;
  if (text !== undefined) {
    if (Object.keys(fields).length > 1)
      throw new RowError(
        'INVALID_INSTANCE',
        `Expected ${EXPECTED_STRUCTURE}, got ${describeValue(given)} together`,
      );
    return ofText(fields[text], text, maximum);
  }
  return ofLists(fields, maximum);
}

function isCif(text: string): boolean {
  return /^\s*data_/im.test(text.slice(0, 10_000)) && !/^\s*\d+\s*$/m.test(text.slice(0, text.indexOf('\n')));
}

function ofText(text: unknown, format: 'xyz' | 'cif', maximum: number): Structure {
  if (typeof text !== 'string')
    throw new RowError(
      'INVALID_INSTANCE',
      `${format} must be the text of a file, got ${describeValue(text)}`,
    );
  const name = format === 'xyz' ? 'The XYZ file' : 'The CIF';
  if (text.length > MAXIMUM_TEXT)
    throw new RowError(
      'INVALID_STRUCTURE',
      `${name} has ${text.length} characters: expected at most ${MAXIMUM_TEXT}`,
    );
  const structure = format === 'xyz' ? readXyz(text, maximum) : readCif(text, maximum);
  if ('fault' in structure)
    throw new RowError('INVALID_STRUCTURE', `${name} cannot be read: ${structure.fault}`);
  return structure;
}

function ofLists(fields: Readonly<Record<string, unknown>>, maximum: number): Structure {
  const { species, positions, cell, pbc } = fields;
  if (!Array.isArray(species) || !Array.isArray(positions))
    throw new RowError(
      'INVALID_INSTANCE',
      `species and positions must be lists, got ${describeValue(species)} and ${describeValue(positions)}; expected ${EXPECTED_STRUCTURE}`,
    );
  if (species.length !== positions.length)
    throw new RowError(
      'INVALID_STRUCTURE',
      `There are ${species.length} species and ${positions.length} positions: expected one for each atom`,
    );
  if (species.length < 1 || species.length > maximum)
    throw new RowError('INVALID_STRUCTURE', `Expected 1 to ${maximum} atoms, got ${species.length}`);
  const vectors = cell === undefined || cell === null ? undefined : cellOf(cell);
  const periodic = periodicOf(pbc, vectors !== undefined);
  return {
    species: Uint8Array.from(species as unknown[], elementAt),
    positions: vectorsOf(positions, 'positions'),
    ...(vectors && { cell: vectors }),
    periodic,
  };
}

function elementAt(given: unknown, index: number): number {
  const z = typeof given === 'string' ? protonNumber(given) : given;
  if (typeof z === 'number' && Number.isInteger(z) && z >= 1 && z <= 118) return z;
  throw new RowError(
    'INVALID_STRUCTURE',
    `species[${index}] must be an element such as ${quote(elementSymbol(26))} or 26, got ${describeValue(given)}`,
  );
}

function cellOf(given: unknown): Float64Array {
  if (!Array.isArray(given) || given.length !== 3)
    throw new RowError(
      'INVALID_STRUCTURE',
      `cell must be three vectors [[ax, ay, az], [bx, by, bz], [cx, cy, cz]], got ${describeValue(given)}`,
    );
  const cell = vectorsOf(given, 'cell');
  if (!isCell(cell)) throw new RowError('INVALID_STRUCTURE', 'The three vectors of cell span no volume');
  return cell;
}

function periodicOf(given: unknown, hasCell: boolean): Structure['periodic'] {
  if (given === undefined || given === null) return hasCell ? PERIODIC : NOT_PERIODIC;
  const flags: readonly unknown[] = Array.isArray(given) ? given : [given, given, given];
  const [a, b, c] = flags;
  if (flags.length !== 3 || typeof a !== 'boolean' || typeof b !== 'boolean' || typeof c !== 'boolean')
    throw new RowError(
      'INVALID_STRUCTURE',
      `pbc must be true, false, or three of them, got ${describeValue(given)}`,
    );
  if ((a || b || c) && !hasCell)
    throw new RowError('INVALID_STRUCTURE', 'pbc says that the structure repeats; give its cell');
  return [a, b, c];
}

function vectorsOf(given: readonly unknown[], name: string): Float64Array {
  const flat = new Float64Array(given.length * 3);
  for (const [index, vector] of given.entries()) {
    if (!Array.isArray(vector) || vector.length !== 3)
      throw new RowError(
        'INVALID_STRUCTURE',
        `${name}[${index}] must be [x, y, z], got ${describeValue(vector)}`,
      );
    for (const [axis, value] of (vector as readonly unknown[]).entries()) {
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new RowError(
          'INVALID_STRUCTURE',
          `${name}[${index}][${axis}] must be a finite number, got ${describeValue(value)}`,
        );
      flat[index * 3 + axis] = value;
    }
  }
  return flat;
}
