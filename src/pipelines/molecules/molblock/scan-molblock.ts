/** What the connection table of a MOL file says about itself before any toolkit reads it. */
export interface ScannedMolblock {
  /** From the header to `M  END`, with plain line ends. */
  readonly text: string;
  readonly atoms: number;
  /** All but hydrogen. */
  readonly heavyAtoms: number;
}

export interface MolblockFault {
  readonly fault: string;
}

interface Table {
  readonly symbols: readonly string[];
  readonly bondTypes: readonly string[];
  /** As the counts line says. */
  readonly atoms: number;
  readonly bonds: number;
}

/** Three lines of header, and one of counts. */
const HEADER_LINES = 3;
/** Single, double, triple, aromatic, dative, hydrogen; 5 to 8 are "single or double" and the like. */
const BOND_TYPES: ReadonlySet<string> = new Set(['1', '2', '3', '4', '9', '10']);
const HYDROGEN: ReadonlySet<string> = new Set(['H', 'D', 'T']);
/** Repeating units and mixtures of them: one drawing for molecules of many sizes. */
const POLYMER = /^M {2}(?:STY\b.*|V30 +\d+ +)\b(?:SRU|MON|MER|COP|CRO|GRA|ANY)\b/;

/**
 * Reads the table of a MOL file of version V2000 or V3000 as far as counting needs (CTfile Formats, BIOVIA 2020), and
 * refuses what stands for several molecules: atom lists, R groups, query bonds, polymers.
 */
export function scanMolblock(given: string): ScannedMolblock | MolblockFault {
  const lines = given.split(/\r\n|\r|\n/);
  const end = lines.findIndex((line) => /^M {2}END\s*$/.test(line));
  if (end === -1) return { fault: 'it has no line "M  END"' };
  const own = lines.slice(0, end + 1);
  const counts = own[HEADER_LINES] ?? '';
  const version = /V[23]000/.exec(counts)?.[0];
  if (version === undefined)
    return { fault: 'its fourth line is no line of counts that ends with V2000 or V3000' };
  const table = version === 'V2000' ? readV2000(own, counts) : readV3000(own);
  if (table === null)
    return { fault: `its line of counts, or an atom or bond below it, is not of ${version}` };
  const { symbols, bondTypes } = table;
  if (symbols.length !== table.atoms || bondTypes.length !== table.bonds)
    return {
      fault: `it announces ${table.atoms} atoms and ${table.bonds} bonds, and has ${symbols.length} and ${bondTypes.length}`,
    };
  const query = symbols.find((symbol) => !/^[A-Z][a-z]?$/.test(symbol) || /^[LAQXMR]$/.test(symbol));
  if (query !== undefined)
    return { fault: `its atom ${JSON.stringify(query)} is no element; expected a whole molecule` };
  const bond = bondTypes.find((type) => !BOND_TYPES.has(type));
  if (bond !== undefined)
    return { fault: `its bond of type ${bond} has no definite order; expected a whole molecule` };
  if (own.some((line) => POLYMER.test(line)))
    return { fault: 'it draws a repeating unit of a polymer; expected one whole molecule' };
  const heavyAtoms = symbols.filter((symbol) => !HYDROGEN.has(symbol)).length;
  return { text: `${own.join('\n')}\n`, atoms: symbols.length, heavyAtoms };
}

/** Columns of fixed width. */
function readV2000(lines: readonly string[], counts: string): Table | null {
  const [atoms, bonds] = [wholeNumber(counts.slice(0, 3)), wholeNumber(counts.slice(3, 6))];
  if (atoms === null || bonds === null) return null;
  const first = HEADER_LINES + 1;
  const atomLines = lines.slice(first, first + atoms);
  const bondLines = lines.slice(first + atoms, first + atoms + bonds);
  if ([...atomLines, ...bondLines].some((line) => line.startsWith('M  '))) return null;
  return {
    atoms,
    bonds,
    symbols: atomLines.map((line) => line.slice(31, 34).trim()),
    bondTypes: bondLines.map((line) => line.slice(6, 9).trim()),
  };
}

/** `M  V30 COUNTS na nb …`, then an atom or a bond a line between BEGIN and END. */
function readV3000(lines: readonly string[]): Table | null {
  const words = joined(lines).map((line) => line.trim().split(/\s+/));
  const counts = words.find(([first]) => first === 'COUNTS');
  const [atoms, bonds] = [wholeNumber(counts?.[1] ?? ''), wholeNumber(counts?.[2] ?? '')];
  if (atoms === null || bonds === null) return null;
  const block = (name: string) => {
    const begin = words.findIndex(([first, second]) => first === 'BEGIN' && second === name);
    const end = words.findIndex(([first, second]) => first === 'END' && second === name);
    return begin === -1 || end < begin ? [] : words.slice(begin + 1, end);
  };
  return {
    atoms,
    bonds,
    symbols: block('ATOM').map(([, symbol = '']) => symbol),
    bondTypes: block('BOND').map(([, type = '']) => type),
  };
}

/** The lines of V3000 without their prefix; one that ends with a hyphen goes on in the next. */
function joined(lines: readonly string[]): string[] {
  const whole: string[] = [];
  let open = false;
  for (const line of lines) {
    const [, text] = /^M {2}V30 (.*)$/.exec(line) ?? [];
    if (text === undefined) continue;
    const content = text.endsWith('-') ? text.slice(0, -1) : text;
    if (open) whole.push(`${whole.pop() ?? ''}${content}`);
    else whole.push(content);
    open = text.endsWith('-');
  }
  return whole;
}

function wholeNumber(text: string): number | null {
  return /^ *\d+ *$/.test(text) ? Number(text) : null;
}
