import type { MainModule, Mol } from '@rdkit/rdkit';
import { alertsOf, type AlertSet } from './alert-sets.js';

/** Looks for the patterns of alert sets with RDKit. Made once an instance of RDKit; reads a set when it is first needed. */
export class AlertMatcher {
  readonly #sets = new Map<AlertSet, readonly Query[]>();

  constructor(private readonly rdkit: MainModule) {}

  /** Names of the patterns the molecule has, in the order of the set. */
  match(molecule: Mol, set: AlertSet): string[] {
    const bits = patternBits(molecule);
    return this.#queries(set).flatMap(({ name, query, needed }) =>
      // "{}" when there is none.
      needed.every((bit, at) => (bit & ~(bits[at] ?? 0)) === 0) &&
      molecule.get_substruct_match(query).length > 2
        ? [name]
        : [],
    );
  }

  #queries(set: AlertSet): readonly Query[] {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    const queries = alertsOf(set).map(({ name, smarts }) => {
      const query = this.rdkit.get_qmol(smarts);
      if (query === null) throw new Error(`RDKit reads no pattern of the alert ${name}`);
      return { name, query, needed: patternBits(query) };
    });
    this.#sets.set(set, queries);
    return queries;
  }
}

interface Query {
  readonly name: string;
  readonly query: Mol;
  /** Bits of RDKit's pattern fingerprint that every molecule with this substructure has: most need no closer look. */
  readonly needed: Uint8Array;
}

function patternBits(molecule: Mol): Uint8Array {
  return Uint8Array.from(molecule.get_pattern_fp_as_uint8array() as Uint8Array);
}
