import type { MainModule, Mol } from '@rdkit/rdkit';
import type { RdkitAtom, RdkitBond, RdkitJson } from '../rdkit-json.js';
import type { AtomFeature, BondFeature, GraphNeed, MoleculeGraph } from './graph-features.js';

const IN_SPACE = 3;

/**
 * Makes graphs of molecules with RDKit.
 *
 * RDKit's JSON does not name the hybridization of atoms, so patterns ask for it: they are made once.
 */
export class GraphMaker {
  readonly #hybridizations: readonly Mol[];

  constructor(private readonly rdkit: MainModule) {
    this.#hybridizations = ['[^1]', '[^2]', '[^3]', '[^4]', '[^5]'].map((pattern) => {
      const query = rdkit.get_qmol(pattern);
      if (query === null) throw new Error(`RDKit reads no pattern ${pattern}`);
      return query;
    });
  }

  /** @param text a SMILES or a MOL file, which RDKit has read before */
  make(text: string, need: GraphNeed): MoleculeGraph {
    const molecule = this.rdkit.get_mol(text, JSON.stringify({ removeHs: !need.hydrogens }));
    if (molecule === null) throw new Error('RDKit does not read again what it read');
    try {
      const hadCoordinates = molecule.has_coords() === IN_SPACE;
      const before = molecule.get_num_atoms();
      if (need.hydrogens) molecule.add_hs_in_place();
      // The hydrogens that were added have no place.
      const inSpace = hadCoordinates && molecule.get_num_atoms() === before;
      return graphOf(JSON.parse(molecule.get_json()) as RdkitJson, need, inSpace, (count) =>
        this.#hybridizationsOf(molecule, count, need),
      );
    } finally {
      molecule.delete();
    }
  }

  /** 1 for sp, 2 for sp2, 3 for sp3, 4 and 5 for sp3d and sp3d2; 0 for none. */
  #hybridizationsOf(molecule: Mol, count: number, { atoms }: GraphNeed): Uint8Array {
    const found = new Uint8Array(count);
    if (!atoms.includes('hybridization')) return found;
    for (const [index, query] of this.#hybridizations.entries()) {
      const matches = JSON.parse(
        molecule.get_substruct_matches(query, JSON.stringify({ maxMatches: count, uniquify: false })),
      ) as { atoms?: number[] }[];
      for (const { atoms: matched = [] } of Array.isArray(matches) ? matches : [])
        for (const atom of matched) found[atom] = index + 1;
    }
    return found;
  }
}

function graphOf(
  json: RdkitJson,
  need: GraphNeed,
  inSpace: boolean,
  hybridizationsOf: (count: number) => Uint8Array,
): MoleculeGraph {
  const [{ atoms, bonds = [], extensions = [], conformers = [] }] = json.molecules;
  const {
    aromaticAtoms = [],
    aromaticBonds = [],
    atomRings = [],
  } = extensions.find(({ name }) => name === 'rdkitRepresentation') ?? {};
  const view: View = {
    defaults: json.defaults.atom,
    order: json.defaults.bond.bo,
    degrees: degreesOf(atoms.length, bonds),
    hydrogens: hydrogenNeighbours(json.defaults.atom, atoms, bonds),
    hybridizations: hybridizationsOf(atoms.length),
    aromaticAtoms: new Set(aromaticAtoms),
    aromaticBonds: new Set(aromaticBonds),
    ringAtoms: new Set(atomRings.flat()),
    ringBonds: new Set(
      atomRings.flatMap((ring) => ring.map((atom, at) => pairKey(atom, ring[(at + 1) % ring.length] ?? 0))),
    ),
  };
  const elements = need.elements ?? [];
  const atomFeatures = atoms.flatMap((atom, index) => {
    const z = atom.z ?? view.defaults.z ?? 6;
    const place = elements.indexOf(z);
    return [
      ...need.atoms.map((feature) => ATOM_VALUES[feature](atom, index, view)),
      ...(need.elements === undefined
        ? []
        : [...elements, -1].map((_, column) => Number(column === (place === -1 ? elements.length : place)))),
    ];
  });
  const bondFeatures = bonds.flatMap((bond, index) => {
    const row = need.bonds.map((feature) => BOND_VALUES[feature](bond, index, view));
    return [...row, ...row];
  });
  const coordinates = inSpace ? conformers.find(({ dim }) => dim === IN_SPACE)?.coords.flat() : undefined;
  return {
    atoms: atoms.length,
    atomFeatures: Float32Array.from(atomFeatures),
    bondFeatures: Float32Array.from(bondFeatures),
    edges: Int32Array.from([
      ...bonds.flatMap(({ atoms: [from, to] }) => [from, to]),
      ...bonds.flatMap(({ atoms: [from, to] }) => [to, from]),
    ]),
    ...(coordinates && { coordinates: Float64Array.from(coordinates) }),
  };
}

interface View {
  readonly defaults: RdkitAtom;
  readonly order: number;
  readonly degrees: Int32Array;
  /** Hydrogens that are atoms of their own. */
  readonly hydrogens: Int32Array;
  readonly hybridizations: Uint8Array;
  readonly aromaticAtoms: ReadonlySet<number>;
  readonly aromaticBonds: ReadonlySet<number>;
  readonly ringAtoms: ReadonlySet<number>;
  readonly ringBonds: ReadonlySet<string>;
}

const ATOM_VALUES: Readonly<Record<AtomFeature, (atom: RdkitAtom, index: number, view: View) => number>> = {
  atomicNumber: ({ z }, _, { defaults }) => z ?? defaults.z ?? 6,
  degree: (_, index, { degrees }) => degrees[index] ?? 0,
  hydrogens: ({ impHs }, index, { defaults, hydrogens }) =>
    (impHs ?? defaults.impHs ?? 0) + (hydrogens[index] ?? 0),
  formalCharge: ({ chg }, _, { defaults }) => chg ?? defaults.chg ?? 0,
  radicalElectrons: ({ nRad }, _, { defaults }) => nRad ?? defaults.nRad ?? 0,
  aromatic: (_, index, { aromaticAtoms }) => Number(aromaticAtoms.has(index)),
  inRing: (_, index, { ringAtoms }) => Number(ringAtoms.has(index)),
  hybridization: (_, index, { hybridizations }) => hybridizations[index] ?? 0,
};

const BOND_VALUES: Readonly<Record<BondFeature, (bond: RdkitBond, index: number, view: View) => number>> = {
  order: ({ bo }, index, { order, aromaticBonds }) => (aromaticBonds.has(index) ? 1.5 : (bo ?? order)),
  aromatic: (_, index, { aromaticBonds }) => Number(aromaticBonds.has(index)),
  inRing: ({ atoms: [from, to] }, _, { ringBonds }) => Number(ringBonds.has(pairKey(from, to))),
};

function degreesOf(count: number, bonds: readonly RdkitBond[]): Int32Array {
  const degrees = new Int32Array(count);
  for (const { atoms } of bonds) for (const atom of atoms) addOne(degrees, atom);
  return degrees;
}

function hydrogenNeighbours(
  defaults: RdkitAtom,
  atoms: readonly RdkitAtom[],
  bonds: readonly RdkitBond[],
): Int32Array {
  const counts = new Int32Array(atoms.length);
  const isHydrogen = (atom: number) => (atoms[atom]?.z ?? defaults.z) === 1;
  for (const {
    atoms: [from, to],
  } of bonds) {
    if (isHydrogen(from)) addOne(counts, to);
    if (isHydrogen(to)) addOne(counts, from);
  }
  return counts;
}

function pairKey(from: number, to: number): string {
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}

function addOne(counts: Int32Array, place: number): void {
  counts[place] = (counts[place] ?? 0) + 1;
}
