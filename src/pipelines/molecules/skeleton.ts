import type { RdkitJson } from './rdkit-json.js';

/** Atoms and bonds of a molecule, aromatic rings with alternating bonds. Atoms are in the order of the text. */
export interface Skeleton {
  readonly atoms: readonly SkeletonAtom[];
  readonly bonds: readonly SkeletonBond[];
}

export interface SkeletonAtom {
  /** The number of protons. */
  readonly z: number;
  readonly charge: number;
  /** Mass number; 0 where the text says none. */
  readonly isotope: number;
  /** Unpaired electrons. */
  readonly radicals: number;
}

export interface SkeletonBond {
  readonly from: number;
  readonly to: number;
  readonly order: number;
}

const CARBON = 6;

export function skeletonOf(json: RdkitJson): Skeleton {
  const [{ atoms, bonds = [] }] = json.molecules;
  const { atom: defaults, bond } = json.defaults;
  return {
    atoms: atoms.map(({ z, chg, isotope, nRad }) => ({
      z: z ?? defaults.z ?? CARBON,
      charge: chg ?? 0,
      isotope: isotope ?? 0,
      radicals: nRad ?? 0,
    })),
    bonds: bonds.map(({ bo, atoms: [from, to] }) => ({ from, to, order: bo ?? bond.bo })),
  };
}
