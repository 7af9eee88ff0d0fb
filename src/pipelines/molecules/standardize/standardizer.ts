import type { MainModule, Mol } from '@rdkit/rdkit';
import { type RdkitAtom, type RdkitJson, readJson } from '../rdkit-json.js';
import { CanonicalTautomer } from '../tautomers/canonical-tautomer.js';
import { surplusCharges } from './surplus-charges.js';

/**
 * What can be done to a molecule before anything is computed of it: `largest-fragment` leaves the fragment with most atoms, as
 * drugs lose their counter-ions; `neutralize` takes or gives hydrogens where that takes away a charge; `canonical-tautomer` takes
 * the one tautomer that stands for all.
 */
export const STANDARDIZATIONS = ['largest-fragment', 'neutralize', 'canonical-tautomer'] as const;
export type Standardization = (typeof STANDARDIZATIONS)[number];

/** Charges that a hydrogen can take away; those beside an opposite charge belong to a group such as nitro. */
const PATTERNS = {
  /** Positive, with a hydrogen to give. */
  acids: '[+,+2,+3,+4;!h0;!$(*~[-])]',
  /** Positive for good. */
  fixed: '[+,+2,+3,+4;h0;!$(*~[-])]',
  negative: '[-;!$(*~[+,+2,+3,+4])]',
  /** Those that lose their charge first where some stay: carboxylates and their like, tetrazolates. */
  conjugates: '[$([O-][C,P,S]=O),$([O-]S(=O)=O),$([n-]1nnnc1),$(n1[n-]nnc1)]',
} as const;

/** Changes molecules with RDKit, whose JavaScript build has patterns and fragments but no standardisation of its own. */
export class Standardizer {
  readonly #patterns = new Map<keyof typeof PATTERNS, Mol>();
  #tautomers: CanonicalTautomer | undefined;

  constructor(private readonly rdkit: MainModule) {}

  /** To be awaited before molecules are read: openchemlib is loaded for those alone that need it, which takes a second. */
  async prepare(steps: readonly Standardization[]): Promise<void> {
    if (this.#tautomers === undefined && steps.includes('canonical-tautomer'))
      this.#tautomers = new CanonicalTautomer(this.rdkit, await import('openchemlib'));
  }

  /**
   * @returns a new molecule, for the caller to delete
   * @throws NoTautomer
   */
  standardize(molecule: Mol, steps: readonly Standardization[]): Mol {
    let current = this.#copy(molecule.get_smiles());
    for (const step of steps) {
      const given = current;
      try {
        current = this.#step(step, given);
      } finally {
        given.delete();
      }
    }
    return current;
  }

  #step(step: Standardization, molecule: Mol): Mol {
    switch (step) {
      case 'largest-fragment':
        return this.#largestFragment(molecule);
      case 'neutralize':
        return this.#neutralized(molecule);
      case 'canonical-tautomer':
        if (this.#tautomers === undefined) throw new Error('prepare() was not awaited');
        return this.#copy(this.#tautomers.of(molecule));
    }
  }

  #copy(text: string): Mol {
    const molecule = this.rdkit.get_mol(text);
    if (molecule === null) throw new Error('RDKit does not read what it wrote');
    return molecule;
  }

  /** Most atoms, hydrogens included; of as many the heavier; of as heavy the one whose SMILES comes first. */
  #largestFragment(molecule: Mol): Mol {
    const parts = molecule.get_smiles().split('.');
    if (parts.length === 1) return this.#copy(molecule.get_smiles());
    const ranked = parts.map((smiles) => {
      const part = this.#copy(smiles);
      const { NumAtoms: atoms = 0, amw: weight = 0 } = JSON.parse(part.get_descriptors()) as Record<
        string,
        number
      >;
      part.delete();
      return { smiles, atoms, weight };
    });
    ranked.sort((a, b) => b.atoms - a.atoms || b.weight - a.weight || (a.smiles < b.smiles ? -1 : 1));
    return this.#copy(ranked[0]?.smiles ?? '');
  }

  /**
   * Neutral where hydrogens allow it. Where charges are positive for good, as many negative ones stay, so that the whole is as
   * near to neutral as can be.
   */
  #neutralized(molecule: Mol): Mol {
    const json = JSON.parse(molecule.get_json()) as RdkitJson;
    const [{ atoms }] = json.molecules;
    const chargeOf = (atom: number) => atoms[atom]?.chg ?? 0;
    const fixed = this.#matches(molecule, 'fixed').reduce((sum, atom) => sum + chargeOf(atom), 0);
    const separated = surplusCharges(json);
    const negative = [...this.#matches(molecule, 'negative'), ...separated];
    const conjugates = new Set([...this.#matches(molecule, 'conjugates'), ...separated]);
    const surplus = -negative.reduce((sum, atom) => sum + chargeOf(atom), 0) - fixed;
    const candidates = fixed === 0 ? negative : negative.filter((atom) => conjugates.has(atom));
    const changes = new Map<number, RdkitAtom>();
    let left = fixed === 0 ? Infinity : surplus;
    for (const atom of candidates) {
      if (left <= 0) break;
      left += chargeOf(atom);
      changes.set(atom, uncharged(atoms[atom] ?? {}, -chargeOf(atom)));
    }
    for (const atom of this.#matches(molecule, 'acids')) {
      const taken = Math.min(chargeOf(atom), atoms[atom]?.impHs ?? 0);
      changes.set(atom, uncharged(atoms[atom] ?? {}, -taken));
    }
    if (changes.size === 0) return this.#copy(molecule.get_smiles());
    const [first, ...others] = json.molecules;
    const changed = readJson(this.rdkit, {
      ...json,
      molecules: [{ ...first, atoms: atoms.map((atom, index) => changes.get(index) ?? atom) }, ...others],
    });
    if (changed === null) throw new Error('RDKit does not read what was changed of what it wrote');
    // Once more through SMILES, so that nothing of the charged form alone, such as a centre that is none any more, is remembered.
    const smiles = changed.get_smiles();
    changed.delete();
    return this.#copy(smiles);
  }

  #matches(molecule: Mol, name: keyof typeof PATTERNS): number[] {
    let pattern = this.#patterns.get(name);
    if (pattern === undefined) {
      const read = this.rdkit.get_qmol(PATTERNS[name]);
      if (read === null) throw new Error(`RDKit reads no pattern ${PATTERNS[name]}`);
      this.#patterns.set(name, (pattern = read));
    }
    // An empty object when there are none.
    const found: unknown = JSON.parse(molecule.get_substruct_matches(pattern));
    return Array.isArray(found)
      ? (found as readonly { atoms: readonly number[] }[]).map(({ atoms: [atom = -1] }) => atom)
      : [];
  }
}

/** With so many hydrogens more (or fewer, when negative), and as much charge. */
function uncharged(atom: RdkitAtom, hydrogens: number): RdkitAtom {
  return { ...atom, chg: (atom.chg ?? 0) + hydrogens, impHs: (atom.impHs ?? 0) + hydrogens };
}
