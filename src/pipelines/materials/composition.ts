import { characterName } from '../../platform/text/strange-character.js';
import { protonNumber, elementSymbol } from '../instances/chemical-elements.js';

/** How much of each element there is, by proton number, in the order they were first named. */
export type Composition = ReadonlyMap<number, number>;

export interface FormulaFault {
  /** Follows the quoted text: `… : character 3 is …`. */
  readonly fault: string;
}

const LIMITS = { characters: 500, depth: 10, amount: 1e6 } as const;

/** Element, amount, brackets, the dot of a hydrate. */
const TOKEN = /([A-Z][a-z]?)|(\d+(?:\.\d+)?)|([([{])|([)\]}])|([·•⋅*∙])/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/**
 * Reads a chemical formula: `Fe2O3`, `Ca(OH)2`, `La1.85Sr0.15CuO4`, `CuSO4·5H2O`. Amounts are whole numbers or decimals, and
 * every character counts: charges, isotopes and variable amounts are refused, since a composition has no place for them.
 */
export function parseFormula(given: string): Composition | FormulaFault {
  const text = given.trim().replace(/[₀-₉]/g, plain);
  if (text === '') return { fault: 'it is empty' };
  if (text.length > LIMITS.characters)
    return { fault: `it has ${text.length} characters, expected at most ${LIMITS.characters}` };
  // 4.5 in CuSO4.5H2O is a decimal as much as a hydrate's dot, and one of them would be a wrong answer.
  if (/\d\.\d+H2O$/.test(text))
    return {
      fault: `the dot before "H2O" may mean a hydrate or a decimal; write ${text.replace(/\.(?=\d+H2O$)/, '·')} for a hydrate`,
    };
  try {
    return new FormulaReader(text.replace(/\.(?=\d*H2O$)/, '·')).read();
  } catch (error) {
    if (error instanceof Misread) return { fault: error.message };
    throw error;
  }
}

/** Small digits below the line are how formulas are printed. */
function plain(character: string): string {
  const digit = SUBSCRIPTS.indexOf(character);
  return digit === -1 ? character : String(digit);
}

class Misread extends Error {}

/** Reads one formula, a token at a time. */
class FormulaReader {
  #at = 0;

  constructor(private readonly text: string) {}

  read(): Composition {
    const total = new Map<number, number>();
    for (;;) {
      const factor = this.#number() ?? 1;
      const part = this.#group(undefined, 0);
      if (part.size === 0)
        throw new Misread(`nothing stands at character ${this.#at + 1}, where an element should`);
      addTo(total, part, factor);
      if (this.#at >= this.text.length) return total;
      // What ended the part is the dot of a hydrate.
      this.#at++;
    }
  }

  /** Elements and groups up to `closing`, a dot or the end. */
  #group(closing: string | undefined, depth: number): Map<number, number> {
    if (depth > LIMITS.depth) throw new Misread(`its brackets are nested more than ${LIMITS.depth} deep`);
    const amounts = new Map<number, number>();
    while (this.#at < this.text.length) {
      const start = this.#at;
      const [token, element, number, open, close, dot] = this.#token();
      if (dot !== undefined && closing === undefined) {
        this.#at = start;
        return amounts;
      }
      if (element !== undefined)
        addTo(amounts, new Map([[this.#element(element, start), 1]]), this.#number() ?? 1);
      else if (open !== undefined) {
        const inner = this.#group(CLOSING[open], depth + 1);
        if (inner.size === 0)
          throw new Misread(`the bracket "${open}" at character ${start + 1} holds nothing`);
        addTo(amounts, inner, this.#number() ?? 1);
      } else if (close !== undefined && close === closing) return amounts;
      else if (close !== undefined)
        throw new Misread(`the bracket "${close}" at character ${start + 1} closes nothing`);
      else if (number !== undefined)
        throw new Misread(`the number ${number} at character ${start + 1} follows no element or bracket`);
      else throw new Misread(`"${token}" at character ${start + 1} stands inside brackets`);
    }
    if (closing !== undefined) throw new Misread(`a bracket is never closed with "${closing}"`);
    return amounts;
  }

  #token(): readonly (string | undefined)[] & readonly [string] {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.text);
    if (match === null) throw new Misread(stray(this.text, this.#at));
    this.#at += match[0].length;
    return match as unknown as readonly [string];
  }

  #element(symbol: string, start: number): number {
    const z = protonNumber(symbol);
    if (z !== undefined) return z;
    // The second letter may belong to the next word only where the first is an element: "Ho" is, "Xo" is not.
    throw new Misread(
      symbol === 'D' || symbol === 'T'
        ? `"${symbol}" at character ${start + 1} is an isotope of hydrogen; a composition is of elements, write H`
        : `"${symbol}" at character ${start + 1} is no element`,
    );
  }

  #number(): number | undefined {
    const start = this.#at;
    const [digits] = /^\d+(?:\.\d+)?/.exec(this.text.slice(start)) ?? [];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    const value = Number(digits);
    if (value > 0 && value <= LIMITS.amount) return value;
    throw new Misread(
      `the amount ${digits} at character ${start + 1} is not above 0 and at most ${LIMITS.amount}`,
    );
  }
}

function stray(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const where = `character ${at + 1}`;
  if (character === '+' || character === '-' || character === '^')
    return `${where} is "${character}"; charges and variable amounts have no place in a composition`;
  if (character === '.')
    return `${where} is a dot that is neither in a number nor a hydrate's; write 0.5 for a share and · before what is added`;
  if (/[a-z]/.test(character))
    return `${where} is "${character}", and an element starts with a capital letter`;
  const shown = /[!-~]/.test(character) ? JSON.stringify(character) : characterName(character);
  return `${where} is ${shown}, which a formula has no meaning for`;
}

function addTo(total: Map<number, number>, part: ReadonlyMap<number, number>, factor: number): void {
  for (const [z, amount] of part) total.set(z, (total.get(z) ?? 0) + amount * factor);
}

/** Of a composition given as an object of amounts, `{"Fe": 2, "O": 3}`. */
export function compositionOf(amounts: Readonly<Record<string, unknown>>): Composition | FormulaFault {
  const composition = new Map<number, number>();
  for (const [symbol, amount] of Object.entries(amounts)) {
    const z = protonNumber(symbol);
    if (z === undefined || elementSymbol(z) !== symbol)
      return { fault: `${JSON.stringify(symbol.slice(0, 20))} is no element's symbol` };
    if (typeof amount !== 'number' || !(amount > 0 && amount <= LIMITS.amount))
      return { fault: `the amount of ${symbol} must be a number above 0 and at most ${LIMITS.amount}` };
    composition.set(z, amount);
  }
  return composition.size === 0 ? { fault: 'it names no element' } : composition;
}

/** Shares of all atoms, which sum to 1. */
export function atomicFractions(composition: Composition): Map<number, number> {
  let total = 0;
  for (const amount of composition.values()) total += amount;
  return new Map([...composition].map(([z, amount]) => [z, amount / total]));
}
