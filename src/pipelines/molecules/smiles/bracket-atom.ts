import { ELEMENT_SYMBOLS } from '../../instances/chemical-elements.js';

/** What stands between brackets, read as far as counting needs. */
export type BracketAtom =
  | {
      readonly kind: 'atom';
      /** 'H' for hydrogen of any isotope, '*' for a wildcard, else the element as it is written; '#6' for a number. */
      readonly symbol: string;
      /** No isotope, hydrogens, charge, stereo or label: a bare [C]. */
      readonly isBare: boolean;
      readonly hasHydrogens: boolean;
    }
  /** No element; `isSelfies` when it is one of the tokens only SELFIES has. */
  | { readonly kind: 'none'; readonly isSelfies: boolean };

/** Elements, aromatic atoms, and the systematic symbols RDKit still reads for elements that have names now. */
const SYMBOLS: ReadonlySet<string> = new Set([
  ...ELEMENT_SYMBOLS,
  ...['b', 'c', 'n', 'o', 'p', 's', 'se', 'as', 'te', 'si'],
  ...['Uun', 'Uuu', 'Uub', 'Uut', 'Uuq', 'Uup', 'Uuh', 'Uus', 'Uuo'],
  '*',
]);

/** Chirality, hydrogens, charge and label, in OpenSMILES' order (opensmiles.org, section 3.1). */
const REST =
  /^(?:@(?:@|TH[12]|AL[12]|SP[1-3]|TB\d{1,2}|OH\d{1,2})?)?(?<hydrogens>H\d*)?(?:\+\d+|-\d+|\++|-+)?(?::\d+)?$/;

/** Krenn et al., Mach. Learn.: Sci. Technol. 1, 045024 (2020), and the words of version 1 of SELFIES. */
const SELFIES = /^[-=#\\/$]*(?:Branch|Ring|Expl)|^[=#\\/]\d*[A-Z]|^(?:epsilon|nop)$|expl$/;

export function bracketAtom(content: string): BracketAtom {
  const [, , body = ''] = /^(\d*)(.*)$/s.exec(content) ?? [];
  const number = /^#\d{1,3}/.exec(body)?.[0];
  const candidates = number === undefined ? [3, 2, 1].map((length) => body.slice(0, length)) : [number];
  for (const symbol of candidates) {
    if (number === undefined && !SYMBOLS.has(symbol)) continue;
    const rest = REST.exec(body.slice(symbol.length));
    if (rest === null) continue;
    return {
      kind: 'atom',
      symbol: symbol === '#1' ? 'H' : symbol,
      isBare: content === symbol,
      hasHydrogens: rest.groups?.hydrogens !== undefined && rest.groups.hydrogens !== 'H0',
    };
  }
  return { kind: 'none', isSelfies: SELFIES.test(content) };
}
