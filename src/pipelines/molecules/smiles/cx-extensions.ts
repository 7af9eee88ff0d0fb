/** A SMILES and, behind a blank, the extensions of ChemAxon between bars: `CC |^1:0|`. */
export interface CxSmiles {
  readonly smiles: string;
  /** Bars included; empty where there are none. */
  readonly extensions: string;
}

/** What extensions may say of one whole molecule; RDKit reads all of these. */
const READ: readonly RegExp[] = [
  // Labels and values of atoms, in their order.
  /^\$[^$]*\$$/,
  // Coordinates.
  /^\([^()]*\)$/,
  /^atomProp(?::\d+\.[^:.,|]*\.[^:,|]*)+$/,
  // Unpaired electrons.
  /^\^[1-7]:[\d,]+$/,
  // Stereo groups, absolute ones too, and the bonds of wedges and double bonds.
  /^(?:[&o]\d+|a):[\d,]+$/,
  /^w[UD]?:[\d.,]+$/,
  /^(?:c|t|ctu):[\d,]+$/,
  /^r$/,
];

/** What stands for many molecules, or for none: with the words of a refusal. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^Sg/, 'a repeating unit or a group of atoms'],
  [/^LN:/, 'a link that repeats'],
  [/^m:/, 'a bond whose place varies'],
  [/^(?:rb|s|u):/, 'a query'],
  [/^(?:H|C|lp):/, 'hydrogen bonds, coordination or lone pairs'],
  [/^f:/, 'the parts of a reaction'],
];

/** Whether a text is a SMILES with extensions, which it is when bars stand behind a blank. */
export function splitCxSmiles(text: string): CxSmiles {
  const [, smiles = text, extensions = ''] = /^([^ \t]+)[ \t]+(\|.*\|)$/.exec(text) ?? [];
  return { smiles, extensions };
}

/**
 * Why extensions are not read, as words behind the quoted text; undefined when they are. Their meaning is RDKit's to
 * check; what is not known here is refused, since an answer would leave it out.
 */
export function extensionFault(extensions: string, atoms: number): string | undefined {
  const content = extensions.slice(1, -1);
  if (content === '') return undefined;
  for (const part of partsOf(content)) {
    const refused = REFUSED.find(([pattern]) => pattern.test(part));
    const shown = JSON.stringify(part.length > 30 ? `${part.slice(0, 30)}…` : part);
    if (refused !== undefined)
      return `its CXSMILES extension ${shown} says ${refused[1]}; expected one whole molecule`;
    if (part.startsWith('$') && /(?:_AP\d|_R\d|(?:star|Pol|Q|A|M|X)_[ep])/.test(part))
      return `its CXSMILES labels name an attachment point or an atom of no element; expected one whole molecule`;
    if (!READ.some((pattern) => pattern.test(part)))
      return `its CXSMILES extension ${shown} is not read here; leave it out where it does not matter`;
    // RDKit passes over what points at no atom.
    if (ATOMS.test(part) && numbersOf(part).some((atom) => atom >= atoms))
      return `its CXSMILES extension ${shown} names an atom beyond its ${atoms}, which count from 0`;
  }
  return undefined;
}

/** Those that count atoms. */
const ATOMS = /^(?:\^[1-7]|[&o]\d+|a):/;

function numbersOf(part: string): number[] {
  return part
    .slice(part.indexOf(':') + 1)
    .split(',')
    .map(Number);
}

/** Commas divide extensions, but also the numbers of one: a new one begins with a name or a sign. */
function partsOf(content: string): string[] {
  return content.match(/\$[^$]*\$|\([^)]*\)|[^,$(][^:,$(]*(?::[^$(]*?(?=,(?![\d])|$))?|[^,]/g) ?? [];
}
