/** Columns of a molecule's atoms, in RDKit's meaning of each word. */
export const ATOM_FEATURES = [
  'atomicNumber',
  'degree',
  'hydrogens',
  'formalCharge',
  'radicalElectrons',
  'aromatic',
  'inRing',
  'hybridization',
] as const;
export type AtomFeature = (typeof ATOM_FEATURES)[number];

/** Columns of a molecule's bonds; `order` is 1, 2, 3, or 1.5 in aromatic rings. */
export const BOND_FEATURES = ['order', 'aromatic', 'inRing'] as const;
export type BondFeature = (typeof BOND_FEATURES)[number];

/** What a graph network is given of each molecule. */
export interface GraphNeed {
  readonly atoms: readonly AtomFeature[];
  /** Proton numbers that get a column each, 1 where the atom is of that element, and a last one for all others. */
  readonly elements?: readonly number[] | undefined;
  readonly bonds: readonly BondFeature[];
  /** Whether hydrogens are atoms of their own. */
  readonly hydrogens: boolean;
}

/** A molecule as a graph; each bond stands in it twice, once in each direction, side by side. */
export interface MoleculeGraph {
  readonly atoms: number;
  /** Row-major, a row an atom: its features, then its element. */
  readonly atomFeatures: Float32Array;
  /** Row-major, a row a directed bond. */
  readonly bondFeatures: Float32Array;
  /** Where each directed bond begins, then where each ends. */
  readonly edges: Int32Array;
  /** x, y, z of each atom in Å; undefined when the molecule was not given in space. */
  readonly coordinates?: Float64Array;
}
