import type { RdkitJson } from '../rdkit-json.js';

/** A molecule as atoms and Kekulé bonds, for the search among its tautomers. */
export interface Structure {
  readonly atoms: readonly StructureAtom[];
  readonly bonds: readonly StructureBond[];
  /** The atoms of each of its smallest rings. */
  readonly rings: readonly (readonly number[])[];
}

export interface StructureAtom {
  readonly z: number;
  readonly charge: number;
  readonly isotope: number;
  readonly radicals: number;
  /** Hydrogens that are no atoms of their own. */
  readonly hydrogens: number;
  /** Its neighbours have a given handedness. */
  readonly isStereo: boolean;
  readonly bonds: readonly number[];
}

export interface StructureBond {
  readonly ends: readonly [number, number];
  readonly order: number;
}

export function structureOf(json: RdkitJson): Structure {
  const [{ atoms, bonds = [], extensions = [] }] = json.molecules;
  const bondsOf = atoms.map((): number[] => []);
  for (const [index, { atoms: ends }] of bonds.entries()) for (const end of ends) bondsOf[end]?.push(index);
  return {
    atoms: atoms.map(({ z = 6, chg = 0, isotope = 0, nRad = 0, impHs = 0, stereo }, index) => ({
      z,
      charge: chg,
      isotope,
      radicals: nRad,
      hydrogens: impHs,
      isStereo: stereo === 'cw' || stereo === 'ccw',
      bonds: bondsOf[index] ?? [],
    })),
    bonds: bonds.map(({ bo = 1, atoms: ends }) => ({ ends, order: bo })),
    rings: extensions.find(({ name }) => name === 'rdkitRepresentation')?.atomRings ?? [],
  };
}

export function otherEnd({ ends: [first, second] }: StructureBond, atom: number): number {
  return first === atom ? second : first;
}
