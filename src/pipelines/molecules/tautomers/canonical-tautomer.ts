import type { MainModule, Mol } from '@rdkit/rdkit';
import { type RdkitJson, readJson } from '../rdkit-json.js';
import { eachPlacement, type Placement } from './bond-placements.js';
import { DrawnTautomer } from './drawn-tautomer.js';
import { movingSystems } from './moving-systems.js';
import { MAXIMUM_ATOMS, NoTautomer } from './no-tautomer.js';
import { rateTautomer } from './rate-tautomer.js';
import { type Structure, structureOf } from './structure.js';
import { type OpenChemLib, TautomerClasses } from './tautomeric-bonds.js';

/** Of tautomers that are rated alike: a molecule with more of them has no usual one. */
const MAXIMUM_EQUALS = 64;

/**
 * Finds the one tautomer that stands for all of a molecule's: openchemlib says which bonds and hydrogens move, all ways to place
 * them are tried, the best rated one of the same class is taken, and of several the one whose SMILES comes first. Nothing depends
 * on which of them was given, so that they meet. What is taken is read by RDKit, and must have the same atoms, hydrogens and
 * charges and be of the same class to openchemlib.
 */
export class CanonicalTautomer {
  readonly #classes: TautomerClasses;

  constructor(
    private readonly rdkit: MainModule,
    ocl: OpenChemLib,
  ) {
    this.#classes = new TautomerClasses(ocl);
  }

  /**
   * @returns the SMILES of the tautomer; of the molecule itself where nothing moves
   * @throws NoTautomer
   */
  of(molecule: Mol): string {
    const smiles = molecule.get_smiles();
    const json = this.#read(smiles);
    if (json === undefined) throw new NoTautomer('TAUTOMER_DOUBT');
    const structure = structureOf(json);
    if (structure.atoms.length > MAXIMUM_ATOMS) throw new NoTautomer('TAUTOMER_SIZE');
    const moving = this.#classes.movingBonds(structure);
    if (moving.length === 0) return smiles;
    const systems = movingSystems(structure, moving);
    let code: string | undefined;
    const given = {
      smiles,
      json,
      structure,
      systems,
      code: () => (code ??= this.#classes.codeOf(structure)),
    };
    // The best rated one of all is of the class, most times: it alone is asked about, and each only where it is not.
    const found = this.#best(given, () => true) ?? this.#best(given, this.#membersOf(given));
    if (found === undefined) throw new NoTautomer('TAUTOMER_DOUBT');
    return found;
  }

  #best(given: Given, isMember: (placement: Placement) => boolean): string | undefined {
    let best = [asGiven(given.structure)];
    for (const system of given.systems) {
      const found = bestPlacements(given.structure, system, isMember);
      best = best.flatMap((one) => found.map((other) => together(given.structure, one, other)));
      if (best.length > MAXIMUM_EQUALS) throw new NoTautomer('TAUTOMER_COUNT');
    }
    const written = best.flatMap((placement) => this.#written(given.json, placement));
    written.sort((a, b) => compare(a.flat, b.flat) || compare(a.smiles, b.smiles));
    return written.find(({ smiles }) => this.#isTautomer(smiles, given))?.smiles;
  }

  #membersOf(given: Given): (placement: Placement) => boolean {
    return (placement) =>
      this.#written(given.json, placement).some(({ smiles }) => this.#isTautomer(smiles, given));
  }

  /** Nothing where RDKit does not read it. Without stereo first: two tautomers of one molecule may have lost different parts. */
  #written(json: RdkitJson, placement: Placement): { flat: string; smiles: string }[] {
    const [flat, smiles] = [true, false].map((isFlat) =>
      this.#smiles(withPlacement(json, placement, isFlat)),
    );
    return flat === undefined || smiles === undefined ? [] : [{ flat, smiles }];
  }

  #smiles(json: RdkitJson): string | undefined {
    const molecule = readJson(this.rdkit, json);
    if (molecule === null) return undefined;
    const smiles = molecule.get_smiles();
    molecule.delete();
    return smiles;
  }

  #isTautomer(smiles: string, given: Given): boolean {
    if (smiles === given.smiles) return true;
    const json = this.#read(smiles);
    if (json === undefined) return false;
    const structure = structureOf(json);
    return (
      contentOf(structure) === contentOf(given.structure) && this.#classes.codeOf(structure) === given.code()
    );
  }

  /** From the SMILES that RDKit writes, so that order of atoms and places of double bonds in rings depend on nothing else. */
  #read(smiles: string): RdkitJson | undefined {
    const molecule = this.rdkit.get_mol(smiles);
    if (molecule === null) return undefined;
    const json = JSON.parse(molecule.get_json()) as RdkitJson;
    molecule.delete();
    return json;
  }
}

/** A molecule whose tautomer is sought, with the groups of bonds that move in it. */
interface Given {
  readonly smiles: string;
  readonly json: RdkitJson;
  readonly structure: Structure;
  readonly systems: readonly (readonly number[])[];
  /** What openchemlib writes of all its tautomers alike; asked for only where another tautomer may be taken. */
  readonly code: () => string;
}

/**
 * Those of one system that are rated best among its own class, all else as it was given; one for each place of the hydrogens, since
 * what differs in bonds alone is one molecule.
 */
function bestPlacements(
  structure: Structure,
  system: readonly number[],
  isMember: (placement: Placement) => boolean,
): Placement[] {
  const given = asGiven(structure);
  // The molecule itself is of its class: what is rated lower is never taken.
  const least = rateTautomer(new DrawnTautomer(structure, given));
  const found = new Map<string, { readonly placement: Placement; readonly rate: number }>();
  eachPlacement(structure, system, (placement) => {
    const rate = rateTautomer(new DrawnTautomer(structure, placement));
    const key = placement.hydrogens.join();
    if (rate >= least && rate > (found.get(key)?.rate ?? -Infinity)) found.set(key, { placement, rate });
  });
  const ranked = [...found.values()].sort((a, b) => b.rate - a.rate);
  const best: Placement[] = [];
  let tried = 0;
  let level = Infinity;
  for (const { placement, rate } of ranked) {
    if (best.length > 0 && rate < level) break;
    level = rate;
    if (++tried > MAXIMUM_EQUALS) throw new NoTautomer('TAUTOMER_COUNT');
    if (isMember(placement)) best.push(placement);
  }
  if (best.length === 0) throw new NoTautomer('TAUTOMER_DOUBT');
  return best;
}

function asGiven({ atoms, bonds }: Structure): Placement {
  return { orders: bonds.map(({ order }) => order), hydrogens: atoms.map(({ hydrogens }) => hydrogens) };
}

/** Two that each changed another system of one structure. */
function together(structure: Structure, one: Placement, other: Placement): Placement {
  const given = asGiven(structure);
  const merge = (base: readonly number[], first: readonly number[], second: readonly number[]) =>
    base.map((value, index) =>
      second[index] === value ? (first[index] ?? value) : (second[index] ?? value),
    );
  return {
    orders: merge(given.orders, one.orders, other.orders),
    hydrogens: merge(given.hydrogens, one.hydrogens, other.hydrogens),
  };
}

/** What RDKit knew of the molecule as it was, such as its aromatic atoms, is left out for it to see anew. */
function withPlacement(json: RdkitJson, { orders, hydrogens }: Placement, isFlat: boolean): RdkitJson {
  const [{ atoms, bonds = [] }] = json.molecules;
  return {
    ...json,
    molecules: [
      {
        atoms: atoms.map(({ stereo, ...atom }, index) => ({
          ...atom,
          impHs: hydrogens[index] ?? 0,
          ...(isFlat || stereo === undefined ? {} : { stereo }),
        })),
        bonds: bonds.map(({ stereo, stereoAtoms, ...bond }, index) => ({
          ...bond,
          bo: orders[index] ?? 1,
          ...(isFlat || stereo === undefined || stereoAtoms === undefined || orders[index] !== 2
            ? {}
            : { stereo, stereoAtoms }),
        })),
      },
    ],
  };
}

/** Elements, hydrogens, charge, isotopes and unpaired electrons, which no tautomer changes. */
function contentOf({ atoms }: Structure): string {
  const total = (of: (atom: Structure['atoms'][number]) => number) =>
    atoms.reduce((sum, atom) => sum + of(atom), 0);
  const kinds = atoms.map(({ z, isotope }) => `${z}/${isotope}`).sort();
  return [
    ...kinds,
    total(({ hydrogens }) => hydrogens),
    total(({ charge }) => charge),
    total(({ radicals }) => radicals),
  ].join();
}

function compare(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
