import type { MainModule, Mol } from '@rdkit/rdkit';

/** RDKit's JSON of a molecule, the part used here. https://github.com/rdkit/rdkit/blob/master/Docs/Book/JSON.rst */
export interface RdkitJson {
  readonly defaults: { readonly atom: RdkitAtom; readonly bond: { readonly bo: number } };
  readonly molecules: readonly [
    {
      readonly atoms: readonly RdkitAtom[];
      readonly bonds?: readonly RdkitBond[];
      readonly extensions?: readonly {
        readonly name: string;
        readonly aromaticAtoms?: readonly number[];
        readonly aromaticBonds?: readonly number[];
        /** The atoms of each ring. */
        readonly atomRings?: readonly (readonly number[])[];
      }[];
      readonly conformers?: readonly {
        readonly dim: number;
        readonly coords: readonly (readonly number[])[];
      }[];
    },
  ];
}

/** What is left out has its default, 0 but for `z` (6). */
export interface RdkitAtom {
  readonly z?: number;
  readonly impHs?: number;
  readonly chg?: number;
  readonly nRad?: number;
  readonly isotope?: number;
  /** Of its neighbours in their order: `cw`, `ccw`. */
  readonly stereo?: string;
}

/** `bo` is 1 when left out. */
export interface RdkitBond {
  readonly bo?: number;
  readonly atoms: readonly [number, number];
  /** `cis` or `trans`, of two neighbours of its ends. */
  readonly stereo?: string;
  readonly stereoAtoms?: readonly number[];
}

/**
 * Has RDKit read a molecule that was changed as JSON, for the caller to delete. Its stereo is for another reading, of the SMILES
 * that it is written as, to clean: RDKit would forget which neighbours of double bonds are on one side.
 */
export function readJson(rdkit: MainModule, json: RdkitJson): Mol | null {
  return rdkit.get_mol(JSON.stringify(json), JSON.stringify({ assignStereo: false }));
}
