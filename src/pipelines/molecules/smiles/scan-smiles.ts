import {
  characterName,
  describeStrange,
  strangeCharacter,
} from '../../../platform/text/strange-character.js';
import { bracketAtom } from './bracket-atom.js';

/** What a SMILES says about itself before any toolkit reads it. */
export interface ScannedSmiles {
  readonly atoms: number;
  /** All but hydrogen. A toolkit that read fewer has left out part of the text. */
  readonly heavyAtoms: number;
  /** How deep branches are nested. */
  readonly depth: number;
  /** Parts between dots; some of them may be joined by a ring closure. */
  readonly parts: number;
  /** Rings closed at each atom beyond its second, summed: 0 for drugs, a dozen for a carborane, more where all is bonded to all. */
  readonly crowding: number;
  /** Every atom stands in brackets without hydrogens, as in [C][C][O]: methylidyne and oxygen radicals, or SELFIES. */
  readonly isBare: boolean;
}

export interface SmilesFault {
  /** Follows the quoted text: `… : character 3 is U+041E CYRILLIC CAPITAL LETTER O`. */
  readonly fault: string;
}

/**
 * Reads a SMILES character by character and accounts for every one of them, which RDKit does not: it drops what it does not
 * know at either end of the text, so that "CCО" with a Cyrillic О is ethane to it. Knows the atoms, bonds and branches of
 * OpenSMILES and RDKit's dative bonds; whether rings close and valences fit is for the toolkit to say.
 */
export function scanSmiles(text: string): ScannedSmiles | SmilesFault {
  const strange = strangeCharacter(text);
  if (strange !== undefined) return { fault: describeStrange(strange) };

  let [atoms, heavyAtoms, depth, deepest, parts] = [0, 0, 0, 0, 1];
  let [bare, plain] = [0, 0];
  let [closures, crowding] = [0, 0];
  for (let at = 0; at < text.length;) {
    const token = nextToken(text, at);
    if ('fault' in token) return token;
    at += token.length;
    switch (token.kind) {
      case 'atom':
        closures = 0;
        atoms++;
        if (token.symbol !== 'H') heavyAtoms++;
        if (token.isBare) bare++;
        else if (!token.isBracket || token.hasHydrogens) plain++;
        break;
      case 'open':
        deepest = Math.max(deepest, ++depth);
        break;
      case 'close':
        if (--depth < 0) return { fault: `the bracket ")" at character ${at} closes nothing` };
        break;
      case 'dot':
        parts++;
        break;
      case 'closure':
        if (++closures > 2) crowding++;
        break;
      case 'other':
    }
  }
  if (depth > 0) return { fault: `${depth === 1 ? 'a bracket' : `${depth} brackets`} "(" never closed` };
  return { atoms, heavyAtoms, depth: deepest, parts, crowding, isBare: bare > 0 && plain === 0 };
}

type Token =
  | {
      readonly kind: 'atom';
      readonly length: number;
      readonly symbol: string;
      readonly isBracket: boolean;
      readonly isBare: boolean;
      readonly hasHydrogens: boolean;
    }
  | { readonly kind: 'open' | 'close' | 'dot' | 'closure' | 'other'; readonly length: number };

const PLAIN_ATOM = /Cl|Br|[BCNOPSFIbcnops*]/y;
/** Bonds, among them RDKit's dative ones. */
const BOND = /->|<-|[-=#$:/\\]/y;
const CLOSURE = /%\(\d{1,5}\)|%\d\d|\d/y;
/** The elements whose hydrogens are implied outside brackets: a bare [C] has none. */
const IMPLIES_HYDROGENS = /^[BCNOPS]$/;

function nextToken(text: string, at: number): Token | SmilesFault {
  const character = text.charAt(at);
  if (character === '[') return bracketToken(text, at);
  if (character === '(') return { kind: 'open', length: 1 };
  if (character === ')') return { kind: 'close', length: 1 };
  if (character === '.') return { kind: 'dot', length: 1 };
  const symbol = matchAt(PLAIN_ATOM, text, at);
  if (symbol !== undefined)
    return {
      kind: 'atom',
      length: symbol.length,
      symbol,
      isBracket: false,
      isBare: false,
      hasHydrogens: false,
    };
  const closure = matchAt(CLOSURE, text, at);
  if (closure !== undefined) return { kind: 'closure', length: closure.length };
  const bond = matchAt(BOND, text, at);
  if (bond !== undefined) return { kind: 'other', length: bond.length };
  return { fault: stray(text, at) };
}

function bracketToken(text: string, at: number): Token | SmilesFault {
  const end = text.indexOf(']', at);
  if (end === -1) return { fault: `the bracket "[" at character ${at + 1} is never closed` };
  const content = text.slice(at + 1, end);
  const atom = bracketAtom(content);
  if (atom.kind === 'none') {
    const shown = JSON.stringify(`[${content.length > 20 ? `${content.slice(0, 20)}…` : content}]`);
    return {
      fault: `${shown} at character ${at + 1} is no atom${atom.isSelfies ? '; this looks like SELFIES, which has to be decoded to SMILES first' : ''}`,
    };
  }
  return {
    kind: 'atom',
    length: end + 1 - at,
    symbol: atom.symbol,
    isBracket: true,
    isBare: atom.isBare && IMPLIES_HYDROGENS.test(atom.symbol),
    hasHydrogens: atom.hasHydrogens,
  };
}

function stray(text: string, at: number): string {
  const character = text.charAt(at);
  const where = `character ${at + 1}`;
  if (character === ' ')
    return `${where} is a space; send one molecule for each instance, without a name behind it`;
  if (character === '~')
    return `${where} is "~", a bond of no definite order; write -, =, #, or -> for a dative bond`;
  if (character === '>')
    return `${where} is ">", which belongs to a reaction; send one molecule for each instance`;
  const letter = /[A-Za-z]/.test(character);
  return `${where} is ${letter ? JSON.stringify(character) : characterName(character)}, which SMILES has no meaning for${letter ? ' outside brackets' : ''}`;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
