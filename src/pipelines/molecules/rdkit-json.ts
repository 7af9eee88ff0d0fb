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
}

/** `bo` is 1 when left out. */
export interface RdkitBond {
  readonly bo?: number;
  readonly atoms: readonly [number, number];
}
