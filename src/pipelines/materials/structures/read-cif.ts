import { protonNumber } from '../../instances/chemical-elements.js';
import { type CifBlock, type CifLoop, readCifBlocks } from './cif-tokens.js';
import { cellVectors, PERIODIC, type Structure, type StructureFault, toCartesian } from './structure.js';
import { type SymmetryOperation, symmetryOperation } from './symmetry-operation.js';

const LENGTHS = ['_cell_length_a', '_cell_length_b', '_cell_length_c'];
const ANGLES = ['_cell_angle_alpha', '_cell_angle_beta', '_cell_angle_gamma'];
/** The same in dictionaries of several generations. */
const OPERATIONS = ['_space_group_symop_operation_xyz', '_symmetry_equiv_pos_as_xyz'];
const GROUP_NAMES = [
  '_space_group_name_h-m_alt',
  '_symmetry_space_group_name_h-m',
  '_space_group_name_hall',
  '_symmetry_space_group_name_hall',
];
const GROUP_NUMBERS = ['_space_group_it_number', '_symmetry_int_tables_number'];
/** The largest group has 48 operations with 4 centrings. */
const MAXIMUM_OPERATIONS = 192;
/** Two places nearer than this, in shares of the cell, are one: CIFs write 0.3333 for a third. */
const SAME = 1e-3;

interface Site {
  readonly z: number;
  readonly place: readonly number[];
  readonly label: string;
}

/**
 * Reads the crystal of a CIF, Å: the whole cell, made of the sites by the symmetry operations that the file lists. Places that
 * are only partly occupied are refused, since no list of atoms has them.
 */
export function readCif(text: string, maximum: number): Structure | StructureFault {
  const blocks = readCifBlocks(text);
  if ('fault' in blocks) return blocks;
  const holding = blocks.filter((block) => loopWith(block, '_atom_site_fract_x') !== undefined);
  const [block] = holding;
  if (block === undefined) return { fault: 'none of its data blocks has a loop with _atom_site_fract_x' };
  if (holding.length > 1)
    return { fault: `${holding.length} of its data blocks have atoms; send one crystal for each instance` };
  const [lengths, angles] = [LENGTHS, ANGLES].map((names) =>
    names.map((name) => measured(block.items.get(name))),
  ) as [number[], number[]];
  const missing = [...LENGTHS, ...ANGLES].find((_, index) => !(([...lengths, ...angles][index] ?? NaN) > 0));
  if (missing !== undefined) return { fault: `${missing} is missing, or no positive number` };
  const cell = cellVectors(lengths, angles);
  if (cell === undefined) return { fault: 'its lengths and angles span no cell' };
  const sites = sitesOf(block);
  if ('fault' in sites) return sites;
  const operations = operationsOf(block);
  if ('fault' in operations) return operations;
  const atoms = expanded(sites, operations, maximum);
  if ('fault' in atoms) return atoms;
  return {
    species: Uint8Array.from(atoms, ({ z }) => z),
    positions: Float64Array.from(atoms.flatMap(({ place }) => toCartesian(cell, place))),
    cell,
    periodic: PERIODIC,
  };
}

function sitesOf(block: CifBlock): Site[] | StructureFault {
  const loop = loopWith(block, '_atom_site_fract_x');
  if (loop === undefined) return { fault: 'it has no loop of sites' };
  const column = (name: string) => loop.names.indexOf(name);
  const axes = ['_atom_site_fract_x', '_atom_site_fract_y', '_atom_site_fract_z'].map(column);
  const [label, symbol, occupancy] = [
    '_atom_site_label',
    '_atom_site_type_symbol',
    '_atom_site_occupancy',
  ].map(column) as [number, number, number];
  if (axes.includes(-1)) return { fault: 'its sites have no _atom_site_fract_y or _atom_site_fract_z' };
  if (label === -1 && symbol === -1)
    return { fault: 'its sites have neither _atom_site_type_symbol nor _atom_site_label' };
  const sites: Site[] = [];
  for (const row of loop.rows) {
    const name = row[label === -1 ? symbol : label] ?? '';
    const shown = `the site ${JSON.stringify(name.slice(0, 20))}`;
    const place = axes.map((axis) => measured(row[axis]));
    if (place.some(Number.isNaN)) return { fault: `${shown} has no place: three numbers are expected` };
    const share = occupancy === -1 || isLeftOut(row[occupancy]) ? 1 : measured(row[occupancy]);
    if (share !== 1)
      return {
        fault: `${shown} is occupied by ${share}; a structure with partly occupied sites is no list of atoms`,
      };
    const z = elementOf(symbol === -1 ? name : (row[symbol] ?? ''));
    if (z === undefined) return { fault: `${shown} is of no element` };
    sites.push({ z, place, label: name });
  }
  return sites.length === 0 ? { fault: 'its loop of sites is empty' } : sites;
}

/** `Fe`, `Fe3+`, or the label `Fe1A`: the longest element its letters begin with. */
function elementOf(text: string): number | undefined {
  const letters = /^[A-Za-z]{1,2}/.exec(text)?.[0] ?? '';
  const [one, two] = [
    protonNumber(letters.charAt(0)),
    letters.length === 2 ? protonNumber(letters) : undefined,
  ];
  // D is deuterium, of which a structure has the place of a hydrogen.
  return two ?? one ?? (letters === 'D' ? 1 : undefined);
}

function operationsOf(block: CifBlock): readonly SymmetryOperation[] | StructureFault {
  const listed = OPERATIONS.flatMap((name) => {
    const loop = loopWith(block, name);
    const single = block.items.get(name);
    return loop
      ? [loop.rows.map((row) => row[loop.names.indexOf(name)] ?? '')]
      : single === undefined
        ? []
        : [[single]];
  })[0];
  if (listed === undefined) {
    const group = GROUP_NAMES.map((name) => block.items.get(name)).find((name) => !isLeftOut(name));
    const number = GROUP_NUMBERS.map((name) => block.items.get(name)).find((name) => !isLeftOut(name));
    // Without operations the sites are the whole cell only where nothing is symmetric.
    const isP1 =
      (group === undefined || /^p ?1$/i.test(group.trim())) && (number === undefined || Number(number) === 1);
    if (!isP1)
      return {
        fault: `its space group is ${group ?? number ?? ''} and it lists no symmetry operations (_space_group_symop_operation_xyz); write it with them, or as P 1 with all atoms`,
      };
    return [(place) => [place[0] ?? 0, place[1] ?? 0, place[2] ?? 0]];
  }
  if (listed.length > MAXIMUM_OPERATIONS)
    return { fault: `it lists ${listed.length} symmetry operations, expected at most ${MAXIMUM_OPERATIONS}` };
  const operations = listed.map(symmetryOperation);
  const wrong = operations.indexOf(undefined);
  if (wrong !== -1)
    return {
      fault: `${JSON.stringify(listed[wrong]?.slice(0, 40))} is no symmetry operation such as "x,-y,z+1/2"`,
    };
  return operations as SymmetryOperation[];
}

/** Every different place that an operation takes a site to. */
function expanded(
  sites: readonly Site[],
  operations: readonly SymmetryOperation[],
  maximum: number,
): Site[] | StructureFault {
  const atoms: (Site & { readonly from: number })[] = [];
  for (const [from, site] of sites.entries())
    for (const operation of operations) {
      const place = operation(site.place).map(wrapped);
      const other = atoms.find((atom) => isSame(atom.place, place));
      if (other === undefined) {
        if (atoms.length === maximum) return { fault: `its cell has more than ${maximum} atoms` };
        atoms.push({ ...site, place, from });
      } else if (other.from !== from)
        return {
          fault: `the sites ${JSON.stringify(other.label.slice(0, 20))} and ${JSON.stringify(site.label.slice(0, 20))} lie at one place`,
        };
    }
  return atoms;
}

/** Between 0 and 1; what is 1 but for rounding is 0. */
function wrapped(share: number): number {
  const within = share - Math.floor(share);
  return within > 1 - 1e-9 ? 0 : within;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.every((share, axis) => {
    const apart = Math.abs(share - (other[axis] ?? 0));
    return Math.min(apart, 1 - apart) < SAME;
  });
}

function loopWith(block: CifBlock, name: string): CifLoop | undefined {
  return block.loops.find(({ names }) => names.includes(name));
}

function isLeftOut(text: string | undefined): boolean {
  return text === undefined || text === '.' || text === '?';
}

/** `5.4307(2)` is 5.4307 with an uncertainty of 0.0002; NaN for what is no number. */
function measured(text: string | undefined): number {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:\(\d+\))?$/.test(text ?? '')
    ? Number((text ?? '').replace(/\(\d+\)$/, ''))
    : NaN;
}
