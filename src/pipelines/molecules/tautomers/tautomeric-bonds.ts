import type * as openchemlib from 'openchemlib';
import type { Molecule } from 'openchemlib';
import { NoTautomer } from './no-tautomer.js';
import type { Structure } from './structure.js';

export type OpenChemLib = typeof openchemlib;

const HYDROGEN = 1;
/** No molecule has it, so that what it marks is not taken for anything else. */
const MARKER = 86;

/** openchemlib finds which bonds and hydrogens of a molecule move (its TautomerHelper), but never says where to. */
export class TautomerClasses {
  constructor(private readonly ocl: OpenChemLib) {}

  /**
   * Bonds that are single in one tautomer and double in another, by their places.
   *
   * @throws NoTautomer
   */
  movingBonds(structure: Structure): number[] {
    return answered(() => this.#movingBonds(structure));
  }

  /** The same for every tautomer of a molecule, and its stereoisomers. */
  codeOf(structure: Structure): string {
    return answered(() => this.#tautomers(this.#molecule(structure, false)));
  }

  #movingBonds(structure: Structure): number[] {
    const labelled = this.#tautomers(this.#molecule(structure, true));
    const generic = this.ocl.Molecule.fromIDCode(labelled, false);
    const moving = this.ocl.Molecule.cBondQFSingle | this.ocl.Molecule.cBondQFDouble;
    const places = new Map(
      structure.bonds.map(({ ends: [from, to] }, index) => [pairKey(from, to), index] as const),
    );
    const bonds: number[] = [];
    for (let bond = 0; bond < generic.getAllBonds(); bond++) {
      if ((generic.getBondQueryFeatures(bond) & moving) !== moving) continue;
      const [from = 0, to = 0] = ([0, 1] as const).map(
        (end) => generic.getAtomMass(generic.getBondAtom(end, bond)) - 1,
      );
      const place = places.get(pairKey(from, to));
      if (place === undefined) throw new NoTautomer('TAUTOMER_DOUBT');
      bonds.push(place);
    }
    return bonds.sort((a, b) => a - b);
  }

  #tautomers(molecule: Molecule): string {
    const { CanonizerUtil } = this.ocl;
    const code = CanonizerUtil.getIDCode(molecule, CanonizerUtil.NOSTEREO_TAUTOMER) as string | null;
    if (code === null) throw new NoTautomer('TAUTOMER_DOUBT');
    return code;
  }

  /** Made of atoms and bonds, since a text would have openchemlib invent coordinates, which takes seconds. */
  #molecule({ atoms, bonds }: Structure, isLabelled: boolean): Molecule {
    const { Molecule: OclMolecule } = this.ocl;
    const molecule = new OclMolecule(atoms.length + 1, bonds.length + 1);
    for (const [index, { z, charge, isotope, radicals }] of atoms.entries()) {
      molecule.addAtom(z);
      if (charge !== 0) molecule.setAtomCharge(index, charge);
      const mass = isLabelled && z !== HYDROGEN ? index + 1 : isotope;
      if (mass !== 0) molecule.setAtomMass(index, mass);
      if (radicals > 0) molecule.setAtomRadical(index, this.#radicalState(radicals));
    }
    const orders = [
      OclMolecule.cBondTypeSingle,
      OclMolecule.cBondTypeSingle,
      OclMolecule.cBondTypeDouble,
      OclMolecule.cBondTypeTriple,
    ];
    for (const {
      ends: [from, to],
      order,
    } of bonds) {
      const type = orders[order];
      if (type === undefined || order === 0) throw new NoTautomer('TAUTOMER_DOUBT');
      molecule.setBondType(molecule.addBond(from, to), type);
    }
    molecule.ensureHelperArrays(OclMolecule.cHelperNeighbours);
    for (const [index, { z, hydrogens }] of atoms.entries())
      if (z !== HYDROGEN && molecule.getImplicitHydrogens(index) !== hydrogens)
        throw new NoTautomer('TAUTOMER_DOUBT');
    // An atom with four neighbours takes part in nothing: a given handedness is kept, and its hydrogen with it.
    for (const [index, { isStereo, hydrogens }] of atoms.entries())
      if (isStereo && hydrogens > 0) molecule.addBond(index, molecule.addAtom(MARKER));
    molecule.ensureHelperArrays(OclMolecule.cHelperRings);
    return molecule;
  }

  #radicalState(electrons: number): number {
    const { Molecule: OclMolecule } = this.ocl;
    if (electrons > 2) throw new NoTautomer('TAUTOMER_DOUBT');
    return electrons === 1 ? OclMolecule.cAtomRadicalStateD : OclMolecule.cAtomRadicalStateT;
  }
}

/** What fails inside openchemlib has no tautomer; RDKit, which would be replaced for an error of its own, is well. */
function answered<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof NoTautomer) throw error;
    throw new NoTautomer('TAUTOMER_DOUBT', { cause: error });
  }
}

function pairKey(from: number, to: number): string {
  return from < to ? `${from},${to}` : `${to},${from}`;
}
