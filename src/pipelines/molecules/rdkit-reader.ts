import rdkitModule, { type MainModule, type Mol } from '@rdkit/rdkit';
import { AlertMatcher } from './alerts/alert-matcher.js';
import { GraphMaker } from './graphs/molecule-graph.js';
import type { FingerprintNeed, Molecule, MoleculeNeeds, MoleculeRow } from './molecule-messages.js';
import { drawPicture } from './pictures/draw-picture.js';
import type { RdkitJson } from './rdkit-json.js';
import { skeletonOf } from './skeleton.js';
import { type Standardization, Standardizer } from './standardize/standardizer.js';
import { NoTautomer } from './tautomers/no-tautomer.js';

const CARBON = 6;

/** Reads one SMILES at a time with RDKit's MinimalLib. Synchronous and, for some molecules, slow: for a worker. */
export class RdkitReader {
  readonly #alerts: AlertMatcher;
  readonly #standardizer: Standardizer;
  #graphs: GraphMaker | undefined;

  private constructor(private readonly rdkit: MainModule) {
    this.#alerts = new AlertMatcher(rdkit);
    this.#standardizer = new Standardizer(rdkit);
  }

  static async load(): Promise<RdkitReader> {
    const reader = new RdkitReader(await rdkitModule.default());
    // The first molecule pays for compiling much of the module, up to a second on a busy machine: not on the time of any
    // request.
    reader.read('C', { descriptors: ['amw'], fingerprints: [] });
    return reader;
  }

  /** To be awaited before molecules are read with these needs. */
  async prepare({ standardize = [] }: MoleculeNeeds): Promise<void> {
    await this.#standardizer.prepare(standardize);
  }

  /** @throws whatever RDKit throws; the reader must then not be used again */
  read(smiles: string, needs: MoleculeNeeds): MoleculeRow {
    const molecule = this.rdkit.get_mol(smiles);
    if (molecule === null) return { readable: false, reason: 'SYNTAX' };
    try {
      return this.#describe(smiles, molecule, needs);
    } catch (error) {
      if (error instanceof NoTautomer) return { readable: false, reason: error.reason };
      throw error;
    } finally {
      molecule.delete();
    }
  }

  #describe(text: string, molecule: Mol, needs: MoleculeNeeds): MoleculeRow {
    const json = JSON.parse(molecule.get_json()) as RdkitJson;
    const [{ atoms, bonds = [] }] = json.molecules;
    if (atoms.length === 0) return { readable: false, reason: 'EMPTY' };
    const numbers = atoms.map(({ z }) => z ?? json.defaults.atom.z ?? CARBON);
    if (numbers.includes(0)) return { readable: false, reason: 'WILDCARD' };
    const given = {
      readable: true,
      fragments: fragmentCount(
        atoms.length,
        bonds.map(({ atoms: ends }) => ends),
      ),
      heavyAtoms: numbers.filter((z) => z > 1).length,
      radicals: atoms.reduce((sum, { nRad = 0 }) => sum + nRad, 0),
      atoms: atoms.length,
      skeleton: needs.skeleton === true ? skeletonOf(json) : null,
      picture: needs.picture === undefined ? null : drawPicture(molecule, atoms.length, needs.picture),
    } as const;
    if (needs.standardize === undefined || needs.standardize.length === 0)
      return { ...given, ...this.#values(text, molecule, json, needs) };
    return { ...given, ...this.#ofStandard(molecule, needs.standardize, needs) };
  }

  /** The values of the molecule that standardising makes of this one. */
  #ofStandard(molecule: Mol, steps: readonly Standardization[], needs: MoleculeNeeds): MoleculeValues {
    const standard = this.#standardizer.standardize(molecule, steps);
    try {
      const json = JSON.parse(standard.get_json()) as RdkitJson;
      return this.#values(standard.get_smiles(), standard, json, needs);
    } finally {
      standard.delete();
    }
  }

  #values(text: string, molecule: Mol, json: RdkitJson, needs: MoleculeNeeds): MoleculeValues {
    const [{ atoms, extensions = [] }] = json.molecules;
    const heavy = atoms.filter(({ z }) => (z ?? json.defaults.atom.z ?? CARBON) > 1).length;
    const aromatic =
      extensions.find(({ name }) => name === 'rdkitRepresentation')?.aromaticAtoms?.length ?? 0;
    const values: Record<string, number> = {
      ...(needs.descriptors.some((name) => name !== 'aromaticProportion')
        ? (JSON.parse(molecule.get_descriptors()) as Record<string, number>)
        : {}),
      // Hydrogen alone has no heavy atom, and none of them is aromatic.
      aromaticProportion: heavy === 0 ? 0 : aromatic / heavy,
    };
    return {
      descriptors: needs.descriptors.map((name) => values[name] ?? NaN),
      fingerprints: needs.fingerprints.map((need) => bits(fingerprint(molecule, need))),
      alerts: (needs.alerts ?? []).map((set) => this.#alerts.match(molecule, set)),
      graphs: (needs.graphs ?? []).map((need) => {
        this.#graphs ??= new GraphMaker(this.rdkit);
        return this.#graphs.make(text, need);
      }),
    };
  }
}

type MoleculeValues = Pick<Molecule, 'descriptors' | 'fingerprints' | 'alerts' | 'graphs'>;

function fingerprint(molecule: Mol, { type, radius, bits: nBits }: FingerprintNeed): string {
  switch (type) {
    case 'morgan':
      return molecule.get_morgan_fp(JSON.stringify({ radius, nBits }));
    case 'rdkit':
      return molecule.get_rdkit_fp(JSON.stringify({ nBits }));
    case 'atom-pair':
      return molecule.get_atom_pair_fp(JSON.stringify({ nBits }));
    case 'topological-torsion':
      return molecule.get_topological_torsion_fp(JSON.stringify({ nBits }));
    case 'pattern':
      return molecule.get_pattern_fp(JSON.stringify({ nBits }));
    case 'maccs':
      return molecule.get_maccs_fp();
  }
}

function bits(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => (character === '1' ? 1 : 0));
}

/** Connected components by union of the bonds' ends: a dot in the SMILES may be bridged by a ring closure. */
function fragmentCount(atoms: number, bonds: readonly (readonly [number, number])[]): number {
  const parent = Array.from({ length: atoms }, (_, index) => index);
  const root = (atom: number): number => {
    let current = atom;
    while (parent[current] !== current) {
      parent[current] = parent[parent[current] ?? 0] ?? 0;
      current = parent[current] ?? 0;
    }
    return current;
  };
  for (const [from, to] of bonds) parent[root(from)] = root(to);
  return parent.filter((ancestor, index) => ancestor === index).length;
}
