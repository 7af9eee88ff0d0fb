import { brenk } from './brenk.js';
import { painsA } from './pains-a.js';
import { painsB } from './pains-b.js';
import { painsC } from './pains-c.js';
import { painsCMore } from './pains-c-more.js';

/** A pattern of atoms that a set warns of. */
export interface Alert {
  readonly name: string;
  readonly smarts: string;
}

/**
 * Sets of substructures, as RDKit's FilterCatalog has them (BSD 3-Clause). PAINS: Baell and Holloway, J. Med. Chem. 53, 2719
 * (2010), in three families; Brenk: Brenk et al., ChemMedChem 3, 435 (2008).
 */
export const ALERT_SETS = ['pains', 'pains-a', 'pains-b', 'pains-c', 'brenk'] as const;
export type AlertSet = (typeof ALERT_SETS)[number];

/** As messages cite them. */
export const ALERT_SOURCES: Readonly<Record<AlertSet, string>> = {
  pains: 'PAINS (Baell and Holloway 2010)',
  'pains-a': 'PAINS A (Baell and Holloway 2010)',
  'pains-b': 'PAINS B (Baell and Holloway 2010)',
  'pains-c': 'PAINS C (Baell and Holloway 2010)',
  brenk: 'Brenk (2008)',
};

export function alertsOf(set: AlertSet): readonly Alert[] {
  return parts[set].flatMap(parse);
}

const parts: Readonly<Record<AlertSet, readonly string[]>> = {
  pains: [painsA, painsB, painsC, painsCMore],
  'pains-a': [painsA],
  'pains-b': [painsB],
  'pains-c': [painsC, painsCMore],
  brenk: [brenk],
};

/** A name, a blank, a pattern on each line. */
function parse(table: string): Alert[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf(' ');
      return { name: line.slice(0, at), smarts: line.slice(at + 1) };
    });
}
