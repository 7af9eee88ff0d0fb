import { LRUCache } from 'lru-cache';
import type { Molecule, MoleculeNeeds, MoleculeRow } from './molecule-messages.js';

/** A molecule with the descriptors and bits of the largest example takes about 2 kB. */
const MAXIMUM_BYTES = 32 * 1024 ** 2;
/** Of JavaScript's objects around the numbers. */
const OVERHEAD_BYTES = 400;

/**
 * Molecules that were read, by their text and by what was asked of them: data that a version is published with is read when it
 * is checked and when it is fitted, and people ask for the same molecules again.
 */
export class MoleculeCache {
  readonly #rows: LRUCache<string, Molecule>;
  readonly #keys = new WeakMap<MoleculeNeeds, string>();

  constructor(maximumBytes = MAXIMUM_BYTES) {
    this.#rows = new LRUCache<string, Molecule>({ maxSize: maximumBytes, sizeCalculation: bytesOf });
  }

  get(text: string, needs: MoleculeNeeds): Molecule | undefined {
    return isKept(needs) ? this.#rows.get(this.#keyOf(needs) + text) : undefined;
  }

  /** What has no molecule may have one at another time: a text that took too long, say. It is not kept. */
  set(text: string, needs: MoleculeNeeds, row: MoleculeRow): void {
    if (row.readable && isKept(needs)) this.#rows.set(this.#keyOf(needs) + text, row);
  }

  clear(): void {
    this.#rows.clear();
  }

  #keyOf(needs: MoleculeNeeds): string {
    const known = this.#keys.get(needs);
    if (known !== undefined) return known;
    const key = `${JSON.stringify(needs)}\n`;
    this.#keys.set(needs, key);
    return key;
  }
}

/** Pictures and graphs are large, and each is of its own request. */
function isKept({ picture, skeleton, graphs = [] }: MoleculeNeeds): boolean {
  return picture === undefined && skeleton !== true && graphs.length === 0;
}

function bytesOf({ descriptors, fingerprints, alerts }: Molecule, key: string): number {
  const bits = fingerprints.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const names = alerts.reduce((sum, { length }) => sum + 64 * length, 0);
  return OVERHEAD_BYTES + 2 * key.length + 8 * descriptors.length + bits + names;
}
