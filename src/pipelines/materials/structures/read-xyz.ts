import { protonNumber } from '../../instances/chemical-elements.js';
import { isCell, NOT_PERIODIC, PERIODIC, type Structure, type StructureFault } from './structure.js';

/** Names and widths of the columns, as extended XYZ says them: `species:S:1:pos:R:3`. */
interface Columns {
  readonly species: number;
  readonly positions: number;
  readonly count: number;
}

const PLAIN: Columns = { species: 0, positions: 1, count: 4 };

/**
 * Reads the first and only frame of an XYZ file, in Å: a count, a comment, then one atom a line. The comment of extended
 * XYZ (https://github.com/libAtoms/extxyz) gives the cell, where it repeats, and what the columns are.
 */
export function readXyz(text: string, maximum: number): Structure | StructureFault {
  const lines = text.split(/\r\n|\r|\n/);
  const announced = /^\s*(\d{1,9})\s*$/.exec(lines[0] ?? '')?.[1];
  if (announced === undefined) return { fault: 'its first line is not the number of atoms' };
  const count = Number(announced);
  if (count < 1 || count > maximum) return { fault: `it has ${count} atoms, expected 1 to ${maximum}` };
  const atoms = lines.slice(2, 2 + count);
  if (atoms.length < count)
    return { fault: `it announces ${count} atoms and has ${Math.max(0, lines.length - 2)} lines for them` };
  const further = lines.slice(2 + count).findIndex((line) => line.trim() !== '');
  if (further !== -1)
    return {
      fault: `line ${count + 3 + further} stands behind the last of its ${count} atoms; send one frame for each instance`,
    };
  const comment = lines[1] ?? '';
  const isExtended = /(?:^|\s)(?:Lattice|Properties)\s*=/i.test(comment);
  const header = isExtended ? readHeader(comment) : { columns: PLAIN };
  if ('fault' in header) return header;
  const read = readAtoms(atoms, header.columns);
  if ('fault' in read) return read;
  const { cell, periodic } = header;
  return {
    ...read,
    ...(cell && { cell }),
    periodic: periodic ?? (cell === undefined ? NOT_PERIODIC : PERIODIC),
  };
}

function readAtoms(
  lines: readonly string[],
  columns: Columns,
): Pick<Structure, 'species' | 'positions'> | StructureFault {
  const species = new Uint8Array(lines.length);
  const positions = new Float64Array(lines.length * 3);
  for (const [index, line] of lines.entries()) {
    const where = `line ${index + 3}`;
    const words = line.trim().split(/\s+/);
    if (words.length < columns.count)
      return {
        fault: `${where} has ${words[0] === '' ? 0 : words.length} columns, expected ${columns.count}`,
      };
    const symbol = words[columns.species] ?? '';
    const z = elementOf(symbol);
    if (z === undefined)
      return { fault: `${where} begins with ${JSON.stringify(symbol.slice(0, 20))}, which is no element` };
    species[index] = z;
    for (let axis = 0; axis < 3; axis++) {
      const word = words[columns.positions + axis] ?? '';
      const value = number(word);
      if (value === undefined)
        return { fault: `${where}: the coordinate ${JSON.stringify(word.slice(0, 30))} is no finite number` };
      positions[index * 3 + axis] = value;
    }
  }
  return { species, positions };
}

/** `Fe`, or its proton number as some programs write it. */
function elementOf(symbol: string): number | undefined {
  if (/^\d{1,3}$/.test(symbol))
    return Number(symbol) >= 1 && Number(symbol) <= 118 ? Number(symbol) : undefined;
  return protonNumber(symbol);
}

interface Header {
  readonly columns: Columns;
  readonly cell?: Float64Array;
  readonly periodic?: Structure['periodic'];
}

function readHeader(comment: string): Header | StructureFault {
  const entries = new Map<string, string>();
  for (const [, key = '', quoted, single, curly, bare] of comment.matchAll(
    /([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{([^}]*)\}|(\S+))/g,
  ))
    entries.set(key.toLowerCase(), quoted ?? single ?? curly ?? bare ?? '');
  const lattice = entries.get('lattice');
  const cell = lattice === undefined ? undefined : cellOf(lattice);
  if (cell === null)
    return { fault: 'Lattice in its comment must be nine numbers, three vectors that span a volume' };
  const pbc = entries.get('pbc');
  const periodic = pbc === undefined ? undefined : periodicOf(pbc);
  if (periodic === null) return { fault: 'pbc in its comment must be three of T and F' };
  if (periodic?.includes(true) && cell === undefined) return { fault: 'it repeats (pbc) but has no Lattice' };
  const columns = columnsOf(entries.get('properties') ?? 'species:S:1:pos:R:3');
  if ('fault' in columns) return columns;
  return { columns, ...(cell && { cell }), ...(periodic && { periodic }) };
}

function cellOf(text: string): Float64Array | null {
  const words = text
    .trim()
    .split(/[\s,]+/)
    .map(number);
  if (words.length !== 9 || words.includes(undefined)) return null;
  const cell = Float64Array.from(words as number[]);
  return isCell(cell) ? cell : null;
}

function periodicOf(text: string): Structure['periodic'] | null {
  const flags = text
    .trim()
    .split(/[\s,]+/)
    .map((word) => (/^(?:t|true|1)$/i.test(word) ? true : /^(?:f|false|0)$/i.test(word) ? false : null));
  const [a, b, c] = flags;
  return flags.length === 3 && a != null && b != null && c != null ? [a, b, c] : null;
}

function columnsOf(properties: string): Columns | StructureFault {
  const words = properties.split(':');
  if (words.length % 3 !== 0)
    return { fault: 'Properties in its comment must be name:type:count, again and again' };
  let [count, species, positions] = [0, -1, -1];
  for (let at = 0; at < words.length; at += 3) {
    const [name = '', , width = ''] = words.slice(at, at + 3);
    const columns = /^[1-9]\d?$/.test(width) ? Number(width) : NaN;
    if (Number.isNaN(columns))
      return {
        fault: `Properties in its comment: ${JSON.stringify(width.slice(0, 20))} is no count of columns`,
      };
    if (/^(?:species|element|symbols?)$/i.test(name) && columns === 1) species = count;
    if (/^(?:pos|positions?)$/i.test(name) && columns === 3) positions = count;
    count += columns;
  }
  if (species === -1 || positions === -1)
    return { fault: 'Properties in its comment must have species:S:1 and pos:R:3' };
  return { species, positions, count };
}

function number(word: string): number | undefined {
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?$/.test(word)
    ? Number(word.replace(/d/i, 'e'))
    : NaN;
  return Number.isFinite(value) ? value : undefined;
}
